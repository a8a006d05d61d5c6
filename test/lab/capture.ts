/**
 * tcpdump on the gateway, one process per server's link, so that a packet's server needs no guess and each packet is seen
 * once (with `-i any` it would be seen on its way in and out). Nanosecond stamps; every packet is written as it comes.
 */
import { join } from 'node:path';
import { type LabChild, pause } from './child.ts';
import { LabError } from './command.ts';
import type { Lab } from './lab.ts';
import { CAPTURE_DRAIN_MS, CAPTURE_START_LIMIT_MS } from './limits.ts';
import { type CapturedPacket, readCapture } from './pcap.ts';
import { type WireExchange, type WireIcmp, type WirePacket, wireExchanges, wireIcmp, wirePackets } from './wire.ts';

/** What a capture saw, read. `droppedByKernel` must be 0 for it to be the truth. */
export type Captured = {
  readonly packets: readonly WirePacket[];
  readonly exchanges: readonly WireExchange[];
  readonly icmp: readonly WireIcmp[];
  readonly droppedByKernel: number;
};

type Tap = { readonly child: LabChild; readonly path: string };

/** A running capture. */
export class Capture {
  readonly #taps: readonly Tap[];
  readonly #lab: Lab;
  #droppedByKernel = 0;

  constructor(lab: Lab, taps: readonly Tap[]) {
    this.#lab = lab;
    this.#taps = taps;
  }

  /** The capture files, one a link. */
  get paths(): readonly string[] {
    return this.#taps.map((tap) => tap.path);
  }

  /** What has been written so far; the capture goes on. */
  read(): Captured {
    const captured: CapturedPacket[] = this.#taps.flatMap((tap) => readCapture(tap.path));
    const packets = wirePackets(captured);
    const droppedByKernel = this.#droppedByKernel;
    return { packets, exchanges: wireExchanges(packets), icmp: wireIcmp(captured), droppedByKernel };
  }

  /** Lets the last packets arrive, ends tcpdump, and reads. A tcpdump that ended before is a LabError. */
  async stop(): Promise<Captured> {
    await pause(CAPTURE_DRAIN_MS);
    const endings = await Promise.all(
      this.#taps.map(async ({ child }) => {
        if (!child.isRunning) throw new LabError('CHILD_ENDED', `${child.commandLine} ended early: ${child.stderr}`);
        return await child.stop('SIGINT');
      }),
    );
    this.#lab.events.note('capture-stopped', 'gateway');
    const lost = endings.map((ending) =>
      Number(/(\d+) packets? dropped by kernel/.exec(ending.stderr)?.[1] ?? Number.NaN),
    );
    this.#droppedByKernel = lost.reduce((sum, each) => sum + each, 0);
    return this.read();
  }
}

/** Where to listen. `name` is the file's, one a lab. */
export type CapturePlace = { readonly namespace: string; readonly interface: string; readonly name: string };

/** Starts capturing on both servers' links at the gateway, and resolves once tcpdump listens on both. */
export async function startCapture(lab: Lab): Promise<Capture> {
  const places = [lab.network.primary, lab.network.standby].map((host) => ({
    namespace: lab.network.gateway,
    interface: host.gatewayInterface,
    name: `${host.gatewayInterface}-${lab.events.all.length}`,
  }));
  return await startCaptureAt(lab, places);
}

/** Starts capturing anywhere, e.g. on a site's own interface, before the WAN has done anything to a packet. */
export async function startCaptureAt(lab: Lab, places: readonly CapturePlace[]): Promise<Capture> {
  const taps = places.map((place) => {
    const path = join(lab.folder, `${place.name}.pcap`);
    const output = ['-U', '-w', path, '-Z', 'root', '--immediate-mode', '--time-stamp-precision=nano', '-B', '8192'];
    const filter = ['-n', '-s', '0', 'udp port 67 or udp port 68 or icmp'];
    const args = ['-i', place.interface, ...output, ...filter];
    return { path, child: lab.run(place.namespace, 'tcpdump', args, { name: `tcpdump-${place.name}` }) };
  });
  await Promise.all(taps.map((tap) => tap.child.waitForOutput(/listening on/, CAPTURE_START_LIMIT_MS)));
  lab.events.note('capture-started', 'gateway');
  return new Capture(lab, taps);
}
