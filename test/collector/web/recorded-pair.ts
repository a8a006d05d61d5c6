/**
 * A real collector that was told a failover which ended a minute ago, over gRPC as agents tell it, and is told on, second by
 * second. The times are the seed test's: the primary is killed, the standby takes over after 51 s, the primary comes back,
 * and there is the second gap that a person misses. Of three sites one is late, and one fell silent.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import type { ResultBatch } from '../../../shared/core/batch.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { type CollectorProcess, startCollectorProcess } from '../programs.ts';

const PRIMARY_STOPS_S = 60.12;
const STANDBY_STARTS_S = 111.3;
const STANDBY_STOPS_S = 146.2;
const PRIMARY_RESUMES_S = 150.5;
const PAST_S = 215;
/** The test is over long before. */
const FUTURE_S = 240;
const SILENT_FROM_S = 40;

const answers = (server: number, second: number): boolean =>
  server === 0
    ? second < PRIMARY_STOPS_S || second >= PRIMARY_RESUMES_S
    : second >= STANDBY_STARTS_S && second < STANDBY_STOPS_S;

interface Telling {
  readonly agent: string;
  readonly site: string;
  readonly made: readonly ResultBatch[];
  readonly backlogBatches: number;
}

export class RecordedPair {
  readonly #folder: string;
  readonly #tellings: readonly Telling[];
  #agents: readonly FakeAgent[] = [];
  #collector: CollectorProcess | null = null;
  #http = '127.0.0.1:0';
  #told = 0;
  #isTelling = false;
  #telling: Promise<void> = Promise.resolve();
  /** When it began, ms since 1970. */
  readonly beganMs: number;

  constructor(t: Test) {
    t.teardown(() => this.kill());
    this.#folder = t.testdir({ 'collector.yaml': hotStandby('corsham', 'bath', 'london') });
    this.beganMs = Math.floor(Date.now() / 1000 - PAST_S - 4) * 1000;
    const made = (agent: string, site: string, seconds: number): readonly ResultBatch[] =>
      batches({ agent, site, anchorUs: this.beganMs * 1000, seconds, answers });
    const seconds = PAST_S + FUTURE_S;
    this.#tellings = [
      { agent: 'agent-1', site: 'corsham', made: made('agent-1', 'corsham', seconds), backlogBatches: 0 },
      { agent: 'agent-2', site: 'bath', made: made('agent-2', 'bath', seconds), backlogBatches: 40 },
      { agent: 'agent-3', site: 'london', made: made('agent-3', 'london', SILENT_FROM_S), backlogBatches: 0 },
    ];
  }

  get url(): string {
    return `http://${this.#http}/`;
  }

  /** A moment of the record as links have it. */
  at(second: number): string {
    return new Date(this.beganMs + second * 1000).toISOString().replace('Z', '000Z');
  }

  /** Starts the collector, where it was if it ran before, and tells it all that is due. */
  async start(): Promise<void> {
    const { http, address } = await this.#begin();
    this.#http = http.replace('http://', '');
    this.#agents = this.#tellings.map(
      ({ agent, site, backlogBatches }) =>
        new FakeAgent(address, { agent, site, backlogBatches, anchorUs: this.beganMs * 1000 }),
    );
    await this.#tell(PAST_S);
    this.#agents[2]?.close();
    await this.#untilFolded();
  }

  /** What the operators wrote down while it happened. */
  async mark(text: string, second: number): Promise<void> {
    const body = JSON.stringify({ text, at: this.at(second), group: 'corsham-dhcp', actor: 'ada', ref: 'CHG0011' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}api/v1/marks`, { method: 'POST', headers, body });
    if (answer.status !== 201) throw new Error(`the mark was refused: ${await answer.text()}`);
  }

  async #begin(): Promise<CollectorProcess> {
    const { yaml, state } = { yaml: `${this.#folder}/collector.yaml`, state: `${this.#folder}/state` };
    this.#collector = await startCollectorProcess(yaml, state, {}, { http: this.#http });
    return this.#collector;
  }

  /** @param through second of the record */
  async #tell(through: number): Promise<void> {
    const from = this.#told;
    this.#told = through;
    await Promise.all(
      this.#tellings.map(({ made }, n) => {
        const due = made.slice(from, through);
        return due.length === 0 ? undefined : this.#agents[n]?.send(due);
      }),
    );
  }

  /** Tells on in real time, until the collector is killed. */
  keepTelling(): void {
    this.#isTelling = true;
    this.#telling = (async () => {
      while (this.#isTelling) {
        const due = Math.min(PAST_S + FUTURE_S, Math.floor((Date.now() - this.beganMs) / 1000) - 1);
        if (due > this.#told) await this.#tell(due);
        await pause(250);
      }
    })();
  }

  async kill(): Promise<void> {
    this.#isTelling = false;
    await this.#telling;
    for (const agent of this.#agents) agent.close();
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
