/** The steps of a drill against a scripted group: what is run, marked and said, in which order, however it ends. */
import t from 'tap';
import { type DrillHost, type DrillPlan, runDrill } from '../../../collector/ops/drill-run.ts';
import type { GroupView, ReportView, ServerView } from '../../../shared/core/ops-view.ts';
import { afterUs, type UnixMicros, unixMicros } from '../../../shared/core/units.ts';

const server = (name: string, role: string): ServerView => ({
  name,
  address: '10.77.1.2',
  role,
  state: role === 'primary' ? 'serving' : 'non-serving',
  expected: role === 'primary' ? 'serving' : 'silent',
  since: null,
  last_served_at: null,
  reason: null,
  sites: { serving: 1, degraded: 0, non_serving: 0, unknown: 0 },
  drop_ratio: null,
  latency_us: { offer_p50: null, offer_p99: null, ack_p50: null, ack_p99: null },
  evidence: null,
  buckets: [],
  answers_as: null,
  kea: null,
});

const group = (state: string, change: Partial<GroupView> = {}): GroupView => ({
  name: 'pair',
  mode: 'hot-standby',
  state,
  since: null,
  sites: { served: state === 'gap' ? 0 : 3, unserved: state === 'gap' ? 3 : 0, unknown: 0 },
  servers: [server('primary', 'primary'), server('standby', 'standby')],
  open_gap_ms: null,
  paused: null,
  notices: [],
  maintenance: [],
  ...change,
});

const PLAN: DrillPlan = {
  group: 'pair',
  server: null,
  down: 'down',
  up: 'up',
  raiseSecs: false,
  holdMs: 60_000,
  limitMs: 300_000,
  limits: { maxGapMs: null },
  ref: null,
  actor: null,
  page: false,
  yes: true,
};

const START = unixMicros(1.7e15);

/** A group in which the partner takes over 30 s after the primary went down, and service is back 20 s after it returned. */
class Scripted implements DrillHost {
  readonly did: string[] = [];
  readonly said: string[] = [];
  /** What was planned, and what had been done by then. */
  readonly planned: string[] = [];
  isPlannedAlready = false;
  readonly interruption = new AbortController();
  takesOver = true;
  codes: Record<string, number> = {};
  /** Seconds from the beginning at which the operator presses Ctrl-C. */
  interruptAt = Number.POSITIVE_INFINITY;
  gapMs = 30_000;
  #now: UnixMicros = START;
  #downAt = Number.POSITIVE_INFINITY;
  #upAt = Number.POSITIVE_INFINITY;

  readonly interrupted = this.interruption.signal;

  now(): UnixMicros {
    return this.#now;
  }

  async state(): Promise<GroupView> {
    const seconds = (since: number) => (this.#now - since) / 1e6;
    if (seconds(this.#upAt) >= 20) return group('normal');
    if (seconds(this.#downAt) >= 30 && this.takesOver) return group('failed-over');
    return seconds(this.#downAt) >= 5 ? group('gap') : group('normal');
  }

  async mark(text: string, server: string): Promise<void> {
    this.did.push(`mark ${server}: ${text}`);
  }

  async raiseSecs(forMs: number): Promise<void> {
    this.did.push(`secs ${forMs}`);
  }

  async beginMaintenance(forMs: number): Promise<boolean> {
    if (!this.isPlannedAlready) this.planned.push(`begins for ${forMs / 60_000} min, ${this.did.length} things done`);
    return !this.isPlannedAlready;
  }

  async endMaintenance(): Promise<void> {
    this.planned.push(`ends, ${this.did.length} things done`);
  }

  async report(since: UnixMicros): Promise<ReportView> {
    const bracket = { at: START, earliest: START, latest: START };
    const gap = {
      ...{
        id: 'gap',
        kind: 'gap',
        ...bracket,
        detected_at: START,
        group: 'pair',
        server: null,
        site: null,
        bucket: null,
      },
      ...{ from: null, to: null, reason: null, text: 'No server serves leases', actor: null, ref: null, late: false },
      ...{
        scope: null,
        evidence: null,
        planned: null,
        start: bracket,
        end: bracket,
        duration_ms: this.gapMs,
        uncertainty_ms: 200,
      },
    };
    const moved = { from: 'primary', to: 'standby', at: START, gap_ms: 1, uncertainty_ms: 1, planned: null };
    const move = (kind: string) => ({ ...moved, kind });
    return {
      ...{ group: 'pair', mode: 'hot-standby', since, until: this.#now, rows: [], gaps: [gap], overlaps: [] },
      failovers: [move('failover'), move('fail-back')],
      measured: {} as ReportView['measured'],
      availability: [],
      planned: [],
    };
  }

  async run(command: string): Promise<number> {
    this.did.push(command);
    const code = this.codes[command] ?? 0;
    if (code === 0 && command === 'down') this.#downAt = this.#now;
    if (code === 0 && command === 'up') this.#upAt = this.#now;
    return code;
  }

  async confirm(question: string): Promise<boolean> {
    this.did.push(`asked: ${question}`);
    if (question.includes('take primary')) this.#downAt = this.#now;
    if (question.includes('bring primary')) this.#upAt = this.#now;
    return true;
  }

  say(line: string): void {
    this.said.push(line);
  }

  progress(): void {
    // What a person watches is not what is tried here.
  }

  async pause(ms: number): Promise<void> {
    this.#now = afterUs(this.#now, ms * 1000);
    if ((this.#now - START) / 1e6 >= this.interruptAt) this.interruption.abort();
  }
}

const WHOLE = ['mark primary: Drill: primary taken down', 'down', 'mark primary: Drill: primary brought back', 'up'];

t.test('down, takeover, hold, up, fail-back', async (t) => {
  const host = new Scripted();
  const record = await runDrill(PLAN, host);
  t.same(host.did, WHOLE);
  t.match(record, { result: 'passed', problem: null, server: 'primary' });
  t.same(
    record.steps.map(({ text }) => text),
    [
      'primary taken down',
      'standby has taken over',
      'primary brought back',
      'primary serves again; the group is normal',
    ],
  );
});

t.test('without commands the operator is asked', async (t) => {
  const host = new Scripted();
  const record = await runDrill({ ...PLAN, down: null, up: null, yes: false }, host);
  t.match(host.did, [/asked: Go on/, /asked: Now take primary/, /^mark/, /asked: Now bring primary/, /^mark/]);
  t.equal(record.result, 'passed');
});

t.test('a gap that may have been longer than the limit fails it', async (t) => {
  const host = new Scripted();
  host.gapMs = 59_900;
  const record = await runDrill({ ...PLAN, limits: { maxGapMs: 60_000 } }, host);
  t.match(record, { result: 'failed', problem: null });
  t.match(record.checks.at(-1), { ok: false, measured_ms: 59_900, limit_ms: 60_000 });
});

t.test('no takeover: the time limit ends it, and the way back is taken', async (t) => {
  const host = new Scripted();
  host.takesOver = false;
  const record = await runDrill(PLAN, host);
  t.match(record, { result: 'ended early', problem: /waited 5m 0s for standby to take over; the group is gap/ });
  t.same(host.did, WHOLE);
  t.match(host.said.join('\n'), /where things stand: gap; .*\n.* has not been brought back/);
});

t.test('Ctrl-C while it is held', async (t) => {
  const host = new Scripted();
  host.interruptAt = 60;
  const record = await runDrill({ ...PLAN, yes: false }, host);
  t.match(record, { result: 'ended early', problem: 'interrupted' });
  t.match(host.did.at(2), 'down');
  t.match(host.did.at(3), /asked: The way back: run "up" now/);
  t.equal(host.did.at(-1), 'up');
});

t.test('a command that fails', async (t) => {
  const host = new Scripted();
  host.codes = { down: 7 };
  t.match(await runDrill(PLAN, host), { result: 'ended early', problem: '"down" ended with 7' });
  const other = new Scripted();
  other.codes = { up: 1 };
  t.match(await runDrill(PLAN, other), { result: 'ended early', problem: '"up" ended with 1' });
  t.equal(other.did.filter((what) => what === 'up').length, 1, 'and is not run a second time');
});

t.test('raised secs end with the drill, whatever happens', async (t) => {
  const host = new Scripted();
  host.takesOver = false;
  await runDrill({ ...PLAN, raiseSecs: true }, host);
  t.match(host.did.at(2), 'secs 60000');
  t.equal(host.did.at(-1), 'secs 0');
});

t.test('nobody is called for it: the group is in maintenance until it ends, however that is', async (t) => {
  const planned = ['begins for 22 min, 0 things done', 'ends, 4 things done'];
  const host = new Scripted();
  await runDrill(PLAN, host);
  t.same(host.planned, planned);
  const failed = new Scripted();
  failed.takesOver = false;
  await runDrill(PLAN, failed);
  t.same(failed.planned, planned, 'and what is wrong then is told');
  const paged = new Scripted();
  await runDrill({ ...PLAN, page: true }, paged);
  t.same(paged.planned, []);
  const persons = new Scripted();
  persons.isPlannedAlready = true;
  await runDrill(PLAN, persons);
  t.same(persons.planned, [], "a person's own is not ended");
  t.match(persons.said.join('\n'), /maintenance of pair is planned already, and is left as it is/);
});

t.test('maintenance that cannot be ended is told of, with the way', async (t) => {
  const host = new Scripted();
  host.endMaintenance = async () => {
    throw new Error('the collector is away');
  };
  t.match(await runDrill(PLAN, host), { result: 'passed' });
  t.match(host.said.at(-1), /could not be ended \(the collector is away\): dorawatch maintenance stop --group pair/);
});

t.test('a drill for which maintenance cannot be planned does nothing', async (t) => {
  const host = new Scripted();
  host.beginMaintenance = async () => {
    throw new Error('the collector is away');
  };
  t.match(await runDrill(PLAN, host), { result: 'ended early', problem: 'the collector is away' });
  t.same(host.did, []);
});

t.test('it begins from normal only, and changes nothing otherwise', async (t) => {
  for (const [change, why] of [
    [{ state: 'failed-over' }, /is failed-over, not normal/],
    [{ mode: 'independent' }, /no server takes over/],
    [{ paused: 'all' }, /is paused/],
    [{ sites: { served: 2, unserved: 1, unknown: 0 } }, /1 of 3 sites are not served/],
  ] as const) {
    const host = new Scripted();
    host.state = async () => group('normal', change);
    await t.rejects(runDrill(PLAN, host), { message: why });
    t.same(host.did, []);
  }
  const host = new Scripted();
  host.confirm = async () => false;
  await t.rejects(runDrill({ ...PLAN, yes: false }, host), { message: /nothing has been done/ });
  await t.rejects(runDrill({ ...PLAN, server: 'standby' }, new Scripted()), { message: /no server "standby" that/ });
});
