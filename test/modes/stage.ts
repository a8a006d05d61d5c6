/**
 * Where a mode's story is played: a real pair, a capture on the gateway, a real collector and agent, and what dorawatch says as it
 * happens. The WAN has no delay here, so that the wire's moments and the site's are the same and a busy machine disturbs
 * neither. Polling `status` instead of following events was refused: each poll is a program started beside what is measured.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Test } from 'tap';
import { Programs } from '../failover/programs.ts';
import { type Capture, startCapture } from '../lab/capture.ts';
import { type LabChild, pause } from '../lab/child.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import type { LabOptions } from '../lab/lab-options.ts';

/** A line of `events --follow --json`, as far as stories look at it. */
export interface EventRow {
  readonly kind: string;
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
  readonly group: string | null;
  readonly server: string | null;
  readonly site: string | null;
  readonly bucket: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly text: string;
}

const RATE_PER_SECOND = 10;
/** A row is waited for this long: HA timers of four seconds, a drop time of three, and a machine that has other things to do. */
const ROW_LIMIT_MS = 45_000;
const POLL_MS = 100;

/** The collector's YAML with these groups; `more` is appended as it is. */
export function yamlOf(groups: string, more = ''): string {
  return `groups:\n${groups}\nsites: [{ name: corsham }]\nprobe: { rate: ${RATE_PER_SECOND}/s, drop_time: 3s, release: always }\ndetect: { fall: 10, rise: 2 }\n${more}`;
}

/** One group of the lab's two servers; `second` is the role of the one that stands at `standby`. */
export function groupOf(lab: Lab, name: string, mode: string, second: string, more = ''): string {
  const { primary, standby } = lab.network;
  return [
    `  - name: ${name}`,
    `    mode: ${mode}`,
    ...(more === '' ? [] : [`    ${more}`]),
    '    servers:',
    `      - { name: primary, address: ${primary.address}, role: primary }`,
    `      - { name: ${second}, address: ${standby.address}, role: ${second} }`,
  ].join('\n');
}

/** HA's own listener answers status-get as well. */
const LISTENER_PORT = 8000;

/** The same, with every server asked for its own word each second. */
export function askedGroupOf(lab: Lab, name: string, mode: string, second: string): string {
  const listener = (address: string): string => `kea: { url: "http://${address}:${LISTENER_PORT}/", interval: 1s }`;
  return groupOf(lab, name, mode, second).replace(
    /address: (\S+), role: (\S+) \}/g,
    (_, address, role) => `address: ${address}, role: ${role}, ${listener(address)} }`,
  );
}

/** What dorawatch says while a story goes on: each row is taken once, in the order told. */
export class EventFeed {
  readonly #child: LabChild;
  readonly #tell: (line: string) => void;
  #readChars = 0;
  #waiting: EventRow[] = [];

  constructor(child: LabChild, tell: (line: string) => void) {
    this.#child = child;
    this.#tell = tell;
  }

  /** The next row that fits; those before it are let go. Rejects with what was told instead. */
  async next(fits: Partial<EventRow>, limitMs = ROW_LIMIT_MS): Promise<EventRow> {
    const passed: EventRow[] = [];
    for (let leftMs = limitMs; leftMs > 0; leftMs -= POLL_MS) {
      this.#read();
      for (let row = this.#waiting.shift(); row !== undefined; row = this.#waiting.shift()) {
        passed.push(row);
        const seen = row;
        if (Object.entries(fits).every(([key, value]) => seen[key as keyof EventRow] === value)) return seen;
      }
      await pause(POLL_MS);
    }
    const told = passed.map(({ kind, text }) => `${kind}: ${text}`).join('; ');
    throw new Error(
      `no event ${JSON.stringify(fits)} in ${limitMs} ms; told: ${told || 'nothing'}; ${this.#child.stderr}`,
    );
  }

  /** Rows told since the last one taken. */
  rest(): readonly EventRow[] {
    this.#read();
    return this.#waiting.splice(0);
  }

  async stop(): Promise<void> {
    await this.#child.stop();
  }

  #read(): void {
    const text = this.#child.stdout.slice(this.#readChars);
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#readChars += whole.length;
    const rows = whole
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as EventRow);
    for (const { at, kind, text, bucket } of rows) this.#tell(`${at.slice(11, 23)} ${kind}: ${text} ${bucket ?? ''}`);
    this.#waiting.push(...rows);
  }
}

/** A story's stage. */
export interface Stage {
  readonly lab: Lab;
  readonly capture: Capture;
  readonly programs: Programs;
  readonly events: EventFeed;
}

/** What a stage is made of. `prepare` comes between the network and the servers' start. */
export interface StageOptions {
  readonly lab: Partial<LabOptions>;
  readonly yaml: (lab: Lab) => string;
  readonly prepare?: (lab: Lab) => void | Promise<void>;
}

/** A lab of the small size with short timers, closed when the test ends. */
export async function modeLab(t: Test, options: Partial<LabOptions>): Promise<Lab> {
  const lab = await startLab({ size: 'small', timers: 'short', wanDelayMs: 0, startServers: 'no', ...options });
  t.teardown(async () => {
    if (!t.passing()) for (const server of [lab.primary, lab.standby]) t.comment(keaTold(server));
    await lab.close();
  });
  return lab;
}

/** What Kea's HA hook logged of itself: where a story went wrong, look here. */
function keaTold(server: { readonly name: string; readonly logPath: string }): string {
  const lines = existsSync(server.logPath) ? readFileSync(server.logPath, 'utf8').split('\n') : [];
  return [
    server.name,
    ...lines.filter((line) => /HA_(STATE|LOCAL|MAINT|COMM|SYNC)|DB_/.test(line)).map((line) => line.slice(11, 220)),
  ].join('\n');
}

/** Builds everything and waits until dorawatch calls every group normal. */
export async function setStage(t: Test, options: StageOptions): Promise<Stage> {
  const lab = await modeLab(t, options.lab);
  await options.prepare?.(lab);
  await lab.startPair();
  const capture = await startCapture(lab);
  const programs = new Programs(lab, { ratePerSecond: RATE_PER_SECOND, yaml: options.yaml(lab) });
  programs.startCollector();
  await programs.collector.waitForOutput(/collector ready/, 30_000);
  programs.startAgent();
  const events = new EventFeed(programs.follow('events', '--follow', '--json'), (line) => t.comment(line));
  for (const group of groupNames(options.yaml(lab))) await programs.waitForGroupState('normal', 60_000, group);
  t.comment('every group is normal');
  return { lab, capture, programs, events };
}

function groupNames(yaml: string): readonly string[] {
  return [...yaml.matchAll(/^ {2}- name: (\S+)/gm)].map((match) => match[1] ?? '');
}
