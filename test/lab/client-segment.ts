/**
 * A client segment at a lab's gateway, as a site has: a bridge, the site's host on it with an interface that has no address, and
 * a place for a server that should not be there. A real dhcrelay at the gateway carries the clients' broadcasts to the pair.
 * The interface is a veth, which stands for a VLAN's as well: the kernel here has no 802.1Q, and to a probe it is a name.
 */
import type { LabChild } from './child.ts';
import { command } from './command.ts';
import type { Lab } from './lab.ts';

/** The segment's network is the first of the pair's ordinary subnets. */
export const SEGMENT_GATEWAY = '10.80.1.1';
/** The interface of the site's host; it has no address. */
export const CLIENT_INTERFACE = 'clients';
/** A network of nobody's, which the rogue server gives out. */
export const ROGUE_ADDRESS = '10.66.0.1';
export const ROGUE_MAC = '02:00:00:00:66:01';

const BRIDGE = 'segment';
const START_LIMIT_MS = 10_000;

/** A client segment that was added to a lab; it goes with the lab. */
export class ClientSegment {
  readonly #lab: Lab;
  readonly #rogue: string;

  constructor(lab: Lab) {
    const { network, site } = lab;
    this.#lab = lab;
    this.#rogue = `${network.prefix}-rogue`;
    command('ip', ['netns', 'add', this.#rogue]);
    // A name of its own at the gateway for each end, and no forwarding delay, or the first seconds' frames are lost.
    const lines = [
      `link add name ${BRIDGE} type bridge forward_delay 0`,
      `addr add ${SEGMENT_GATEWAY}/24 dev ${BRIDGE}`,
      `link set ${BRIDGE} up`,
      `link add name port-site type veth peer name ${CLIENT_INTERFACE} netns ${site.namespace}`,
      `link add name port-rogue type veth peer name lan netns ${this.#rogue}`,
      `link set port-site master ${BRIDGE} up`,
      `link set port-rogue master ${BRIDGE} up`,
    ];
    batch(network.gateway, lines);
    batch(site.namespace, [`link set ${CLIENT_INTERFACE} up`]);
    batch(this.#rogue, [`link set lan address ${ROGUE_MAC} up`, `addr add ${ROGUE_ADDRESS}/24 dev lan`]);
  }

  /** Starts the relay between the segment and the pair; it ends by its `stop`, or with the lab. */
  async relay(): Promise<LabChild> {
    const { network } = this.#lab;
    const towards = [network.primary, network.standby];
    const upstream = towards.flatMap(({ gatewayInterface }) => ['-iu', gatewayInterface]);
    const servers = towards.map(({ address }) => address);
    const relay = this.#lab.run(network.gateway, 'dhcrelay', [
      ...['-d', '-4', '--no-pid', '-id', BRIDGE],
      ...upstream,
      ...servers,
    ]);
    await relay.waitForOutput(/Sending on\s+Socket/, START_LIMIT_MS);
    return relay;
  }

  /** Starts a server on the segment that is nobody's. */
  async rogue(): Promise<LabChild> {
    const child = this.#lab.run(this.#rogue, 'dnsmasq', [
      ...['--no-daemon', '--conf-file=/dev/null', '--port=0', '--user=root', '--no-ping', '--pid-file'],
      ...['--interface=lan', '--bind-interfaces', `--dhcp-leasefile=${this.#lab.folder}/rogue.leases`],
      ...['--dhcp-range=10.66.0.50,10.66.0.99,255.255.255.0,300', `--dhcp-option=3,${ROGUE_ADDRESS}`],
    ]);
    await child.waitForOutput(/DHCP, sockets bound|DHCP, IP range/, START_LIMIT_MS);
    return child;
  }

  /** Switches the site's client interface, or unplugs it at the gateway. */
  set(end: 'site' | 'gateway', state: 'up' | 'down'): void {
    const { network, site } = this.#lab;
    if (end === 'site') batch(site.namespace, [`link set ${CLIENT_INTERFACE} ${state}`]);
    else batch(network.gateway, [`link set port-site ${state}`]);
  }
}

function batch(namespace: string, lines: readonly string[]): void {
  command('ip', ['-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}
