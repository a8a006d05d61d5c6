/**
 * A real collector that is told a real failover, over gRPC as the agents told it: test/recordings has what they sent. It is moved
 * in time so that the primary's return was half a minute ago (only the anchors of the epochs shift), and is told on, second by
 * second as it was recorded. Of three sites one is late, and one's agent was killed before the primary was.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { decodeBatch } from '../../../shared/wire/batch-decoder.ts';
import { isDecodeError } from '../../../shared/wire/decode-error.ts';
import { deedOf, trueGaps } from '../../recordings/recorded-truth.ts';
import { type Heard, type HeardBatch, RECORDED_SITES, readRecording } from '../../recordings/recording.ts';
import { FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { type CollectorProcess, startCollectorProcess } from '../programs.ts';

const RECORDING = fileURLToPath(new URL('../../recordings/failover.jsonl.gz', import.meta.url));
/** How long ago the last gap ended. */
const SINCE_US = 35e6;
const GAP_US = 5e6;
/** Of the site that is late. */
const BACKLOG_BATCHES = 40;
const LATE_SITE = RECORDED_SITES[1];

/** A moment known to lie between two others, ms since 1970. */
export interface TrueMoment {
  readonly afterMs: number;
  readonly beforeMs: number;
}

export class RecordedPair {
  readonly #folder: string;
  readonly #recording = readRecording(RECORDING);
  readonly #shiftUs: number;
  #agents: ReadonlyMap<string, FakeAgent> = new Map();
  #collector: CollectorProcess | null = null;
  #http = '127.0.0.1:0';
  /** Messages that were told. */
  #told = 0;
  #isTelling = false;
  #telling: Promise<void> = Promise.resolve();
  /** Seconds that nobody was served, in order, as the agents' own exchanges have it. */
  readonly gapsS: readonly number[];

  constructor(t: Test) {
    t.teardown(() => this.kill());
    const { primary, standby } = this.#recording.servers;
    const yaml = hotStandby(...RECORDED_SITES)
      .replace('10.77.1.2', primary)
      .replace('10.77.2.2', standby);
    this.#folder = t.testdir({ 'collector.yaml': yaml });
    const gaps = trueGaps(this.#recording, GAP_US);
    this.gapsS = gaps.map(({ lastServedUs, firstServedUs }) => (firstServedUs - lastServedUs) / 1e6);
    // Whole seconds, so that what was so to a second is so again.
    this.#shiftUs = Math.floor((Date.now() * 1000 - SINCE_US - (gaps.at(-1)?.firstServedUs ?? 0)) / 1e6) * 1e6;
  }

  get url(): string {
    return `http://${this.#http}/`;
  }

  /** When the lab did something, as it is told here. */
  deed(deed: string, part: string): TrueMoment {
    const { beforeUs, afterUs } = deedOf(this.#recording, deed, part);
    return { afterMs: (beforeUs + this.#shiftUs) / 1000, beforeMs: (afterUs + this.#shiftUs) / 1000 };
  }

  /** A moment as links have it, so many seconds after the primary was killed. */
  at(second: number): string {
    return this.#text(this.deed('killed', 'primary').afterMs + second * 1000);
  }

  #text(ms: number): string {
    return new Date(ms).toISOString().replace('Z', '000Z');
  }

  /** Starts the collector, where it was if it ran before, and tells it all that is due. */
  async start(): Promise<void> {
    const { http, address } = await this.#begin();
    this.#http = http.replace('http://', '');
    this.#agents = new Map(
      RECORDED_SITES.map((site, n) => [`agent-${n + 1}`, this.#agentOf(address, `agent-${n + 1}`, site)]),
    );
    this.#told = 0;
    await this.#tellDue();
    this.#agents.get('agent-3')?.close();
    await this.#untilFolded();
  }

  #agentOf(address: string, agent: string, site: string): FakeAgent {
    const first = this.#recording.heard.find((one): one is HeardBatch => one.kind === 'batch' && one.agent === agent);
    if (first === undefined) throw new Error(`the recording has nothing of ${agent}`);
    const { anchor, epoch } = this.#batchOf(first);
    return new FakeAgent(address, {
      ...{ agent, site, epoch, anchorUs: anchor },
      backlogBatches: site === LATE_SITE ? BACKLOG_BATCHES : 0,
    });
  }

  #batchOf({ octets, agent, sequence }: HeardBatch): ResultBatch {
    const batch = decodeBatch(Buffer.from(octets, 'base64'));
    if (isDecodeError(batch)) throw new Error(`batch ${sequence} of ${agent} cannot be read`);
    return { ...batch, anchor: unixMicros(batch.anchor + this.#shiftUs) };
  }

  /** What the operators wrote down, at the moment of a deed. */
  async mark(text: string, deed: string, part: string): Promise<void> {
    const at = this.#text(this.deed(deed, part).afterMs);
    const body = JSON.stringify({ text, at, group: 'corsham-dhcp', actor: 'ada', ref: 'CHG0011' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}api/v1/marks`, { method: 'POST', headers, body });
    if (answer.status !== 201) throw new Error(`the mark was refused: ${await answer.text()}`);
  }

  async #begin(): Promise<CollectorProcess> {
    const { yaml, state } = { yaml: `${this.#folder}/collector.yaml`, state: `${this.#folder}/state` };
    this.#collector = await startCollectorProcess(yaml, state, {}, { http: this.#http });
    return this.#collector;
  }

  /** All that was received by now. */
  async #tellDue(): Promise<void> {
    const now = Date.now() * 1000 - this.#shiftUs;
    const { heard } = this.#recording;
    const end = heard.findIndex(({ receivedAt }) => receivedAt > now);
    const due = heard.slice(this.#told, end === -1 ? heard.length : end);
    this.#told += due.length;
    await Promise.all(
      [...this.#agents].map(([agent, session]) =>
        this.#tell(
          session,
          due.filter((one) => one.agent === agent),
        ),
      ),
    );
  }

  async #tell(session: FakeAgent, due: readonly Heard[]): Promise<void> {
    // Of those of minutes that are told at once the ends, since a collector takes no more of one agent.
    const measured = due.filter((one) => one.kind === 'clock');
    for (const { at, offsetUs, errorUs } of new Set([...measured.slice(0, 1), ...measured.slice(-1)]))
      session.sample(at, offsetUs, errorUs);
    const made = due.flatMap((one) => (one.kind === 'batch' ? [this.#batchOf(one)] : []));
    if (made.length > 0) await session.send(made, null);
  }

  /** Tells on in real time, until the collector is killed. */
  keepTelling(): void {
    this.#isTelling = true;
    this.#telling = (async () => {
      while (this.#isTelling) {
        await this.#tellDue();
        await pause(250);
      }
    })();
  }

  async kill(): Promise<void> {
    this.#isTelling = false;
    await this.#telling;
    for (const agent of this.#agents.values()) agent.close();
    this.#collector?.kill('SIGKILL');
    await this.#collector?.ended;
  }

  async #untilFolded(): Promise<void> {
    for (let asked = 0; asked < 200; asked += 1) {
      const { events } = (await (await fetch(`${this.url}api/v1/events`)).json()) as { events: { kind: string }[] };
      if (events.some(({ kind }) => kind === 'fail-back')) return;
      await pause(50);
    }
    throw new Error('the record was not folded in 10 s');
  }
}
