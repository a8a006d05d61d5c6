/**
 * The relay's own addresses: which one each server is probed from, and what is bound to it. A relay that uses port 67 guards that
 * port; one that takes a fresh source port for each exchange has those bound, and leaves 67 to whoever else needs it.
 */
import type { Assignment, Target } from '../../shared/core/assignment.ts';
import type { NativeCalls } from '../io/native-calls.ts';
import { openPortGuard, type PortGuard } from '../io/port-guard.ts';
import { localAddressTo } from '../io/route.ts';
import type { SourcePorts } from '../io/source-ports.ts';

/** The lines that are written about addresses and ports; a pino logger fits. */
export interface AddressLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** What it works with. `warn` is asked again and again and says the same words seldom. */
export interface RelayAddressesOptions {
  readonly native: NativeCalls | undefined;
  readonly ports: SourcePorts;
  readonly log: AddressLog;
  readonly warn: (text: string, fields: object) => void;
}

/** giaddr of a target in client role: the relay on the link puts its own. */
const NO_RELAY = '0.0.0.0';

/** Finds the relay addresses of an assignment, and keeps what is bound to them. */
export class RelayAddresses {
  readonly #options: RelayAddressesOptions;
  /** By address; a promise, so that two assignments in quick succession share one. */
  readonly #guards = new Map<string, Promise<PortGuard>>();

  constructor(options: RelayAddressesOptions) {
    this.#options = options;
  }

  /** The relay address of each target, undefined where there is no route; whatever they need is bound when it resolves. */
  async find(assignment: Assignment): Promise<readonly (string | undefined)[]> {
    const relays = await Promise.all(assignment.targets.map((target) => this.#relayAddress(assignment, target)));
    const addresses = new Set(relays.filter((relay) => relay !== undefined && relay !== NO_RELAY) as string[]);
    await this.#options.ports.reserve(assignment.relayPort ? addresses : new Set());
    if (!assignment.relayPort) for (const address of addresses) await this.#guard(address);
    return relays;
  }

  async close(): Promise<void> {
    this.#options.ports.close();
    for (const guard of this.#guards.values()) (await guard).close();
  }

  async #relayAddress({ relayAddress }: Assignment, target: Target): Promise<string | undefined> {
    if (target.interface !== null) return NO_RELAY;
    if (relayAddress !== null) return relayAddress;
    const { address: server } = target;
    const route = await localAddressTo(server);
    if (route.kind === 'address') return route.address;
    this.#options.warn(`no route to ${server}`, { server, said: route.said });
    return undefined;
  }

  async #guard(address: string): Promise<void> {
    const known = this.#guards.get(address);
    const opened = known ?? openPortGuard(address, 67, this.#options.native);
    this.#guards.set(address, opened);
    const { state } = await opened;
    if (known !== undefined) return;
    if (state.kind === 'taken')
      this.#options.log.info(
        { address },
        'port 67 is held by another program, which then answers for it: that is fine',
      );
    else if (state.kind !== 'bound')
      this.#options.log.warn(
        { address, said: state.said },
        'port 67 cannot be guarded: this host will answer servers with ICMP port unreachable; CAP_NET_BIND_SERVICE allows it',
      );
  }
}
