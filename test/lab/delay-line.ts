/**
 * A WAN for kernels without netem (container hosts often lack the module): two TAP interfaces in two namespaces, and this
 * program, which carries each Ethernet frame from one to the other after a fixed delay. It is a program of its own, so
 * that the load of the lab's process does not become jitter, and its interfaces die with it. Routing through a namespace
 * with a token bucket was refused: that delays by rate, never by time.
 *
 * Usage: delay-line DELAY_MS NAMESPACE_A INTERFACE_A NAMESPACE_B INTERFACE_B [WEATHER_FILE SEED]
 * Prints "carrying" when both exist. On SIGUSR2 it reads the weather anew from the file, JSON of a Weather.
 */
import { openSync, read, readFileSync, writeSync } from 'node:fs';
import koffi from 'koffi';
import { seeded } from '../simulation/random.ts';
import { command } from './command.ts';
import { DELAY_LINE_LIMIT_FRAMES } from './limits.ts';
import { FAIR_WEATHER, fateOf, type Weather } from './weather.ts';

const TUNSETIFF = 0x400454ca;
const IFF_TAP_NO_PI = 0x1002;
const FRAME_LIMIT_OCTETS = 65_536;

type Frame = { readonly dueNs: bigint; readonly octets: Uint8Array };

/** Makes a TAP interface with a passing name here, then moves it to its namespace under its own. */
function openTap(namespace: string, name: string): number {
  const passing = `dl${process.pid}x${namespace.length % 7}${name.slice(0, 3)}`.slice(0, 15);
  const fd = openSync('/dev/net/tun', 'r+');
  const request = Buffer.alloc(40);
  request.write(passing, 0, 'latin1');
  request.writeUInt16LE(IFF_TAP_NO_PI, 16);
  const ioctl = koffi.load('libc.so.6').func('int ioctl(int fd, unsigned long request, uint8_t *arg)');
  if (ioctl(fd, TUNSETIFF, request) !== 0) throw new Error(`no TAP interface: errno ${koffi.errno()}`);
  command('ip', ['link', 'set', passing, 'netns', namespace, 'name', name]);
  return fd;
}

let weather = FAIR_WEATHER;

/** Carries frames one way, in order of their due times; what does not fit the queue is dropped, as a router would. */
function carry(from: number, to: number, delayNs: bigint, dice: () => number): void {
  const queue: Frame[] = [];
  const buffer = Buffer.alloc(FRAME_LIMIT_OCTETS);
  let isArmed = false;
  const deliver = (): void => {
    isArmed = false;
    const nowNs = process.hrtime.bigint();
    const firstLater = queue.findIndex((frame) => frame.dueNs > nowNs);
    for (const frame of queue.splice(0, firstLater === -1 ? queue.length : firstLater)) writeFrame(to, frame.octets);
    arm();
  };
  let timer: NodeJS.Timeout | undefined;
  const arm = (): void => {
    const next = queue[0];
    if (isArmed || next === undefined) return;
    isArmed = true;
    const leftNs = next.dueNs - process.hrtime.bigint();
    timer = setTimeout(deliver, leftNs > 0n ? Number(leftNs) / 1e6 : 0);
  };
  const enqueue = (frame: Frame): void => {
    const after = queue.findLastIndex((each) => each.dueNs <= frame.dueNs);
    queue.splice(after + 1, 0, frame);
    // A frame that overtakes must not wait for the one that it overtook.
    if (after === -1 && isArmed) {
      clearTimeout(timer);
      isArmed = false;
    }
    arm();
  };
  const readNext = (): void => {
    read(from, buffer, 0, buffer.length, null, (error, octets) => {
      const fates = error === null && queue.length < DELAY_LINE_LIMIT_FRAMES ? fateOf(weather, dice) : [];
      const dueNs = process.hrtime.bigint() + delayNs;
      for (const laterMs of fates) {
        const late = BigInt(Math.round(laterMs * 1e6));
        enqueue({ dueNs: dueNs + late, octets: Uint8Array.from(buffer.subarray(0, octets)) });
      }
      // EIO: an interface that is not yet (or no longer) up.
      if (error === null) readNext();
      else setTimeout(readNext, 10);
    });
  };
  readNext();
}

function writeFrame(fd: number, octets: Uint8Array): void {
  try {
    writeSync(fd, octets);
  } catch {
    // The far interface is down: a frame for it is lost, as on any link.
    return;
  }
}

const [delayMs, namespaceA, interfaceA, namespaceB, interfaceB, weatherPath, seed = '0'] = process.argv.slice(2);
if (!delayMs || !namespaceA || !interfaceA || !namespaceB || !interfaceB) {
  process.stderr.write('delay-line: DELAY_MS NAMESPACE_A INTERFACE_A NAMESPACE_B INTERFACE_B [WEATHER_FILE SEED]\n');
  process.exit(2);
}
const [a, b] = [openTap(namespaceA, interfaceA), openTap(namespaceB, interfaceB)];
const delayNs = BigInt(Math.round(Number(delayMs) * 1e6));
process.on('SIGUSR2', () => {
  if (weatherPath !== undefined) weather = JSON.parse(readFileSync(weatherPath, 'utf8')) as Weather;
});
carry(a, b, delayNs, seeded(Number(seed)));
carry(b, a, delayNs, seeded(Number(seed) + 1));
process.stdout.write('carrying\n');
