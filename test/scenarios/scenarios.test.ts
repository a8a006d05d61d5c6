/**
 * Scenarios as text: each file says what a small world does, and after `----` what the verdicts find. A change of
 * behaviour is read as a diff of these files. `DORAWATCH_REWRITE=1` writes what is found instead of comparing it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Bracket, Finding } from '../../collector/core/finding.ts';
import type { LogEntry } from '../../collector/core/log-entry.ts';
import { createVerdicts, restoreVerdicts, type Verdicts } from '../../collector/core/verdicts/verdicts.ts';
import { seeded } from '../simulation/random.ts';
import { quietWorld, START, type WorldOptions } from '../simulation/world.ts';
import { logOf } from '../simulation/world-log.ts';

/** `serves primary 0-60 130-` and the like: spans in seconds; in load balancing `serves primary/0 …`, one line a bucket. */
type Spans = readonly (readonly [number, number])[];

const spansOf = (words: readonly string[]): Spans =>
  words
    .filter((word) => word !== 'never')
    .map((word) => {
      const [from, to] = word.split('-');
      return [Number(from), to ? Number(to) : Number.POSITIVE_INFINITY] as const;
    });
const inside = (spans: Spans | undefined, at: number): boolean =>
  (spans ?? []).some(([from, to]) => at >= from && at < to);

function worldOf(lines: readonly string[]): { world: WorldOptions; restartAt: number; foreign: Spans } {
  const random = seeded(1);
  const serves = new Map<string, Spans>();
  const [cut, stopped, dead] = [new Map<string, Spans>(), new Map<string, Spans>(), new Map<number, Spans>()];
  const blind = new Map<number, Spans>();
  const numbers = new Map<string, number>();
  let mode: WorldOptions['mode'] = 'hot-standby';
  let foreign: Spans = [];
  for (const [verb, subject, ...rest] of lines.map((line) => line.split(/\s+/))) {
    if (verb === 'serves') serves.set(subject as string, spansOf(rest));
    else if (verb === 'cut') cut.set(subject as string, spansOf(rest));
    else if (verb === 'stopped') stopped.set(subject as string, spansOf(rest));
    else if (verb === 'blind') blind.set(Number(subject), spansOf(rest));
    else if (verb === 'dead-below') dead.set(Number(subject), spansOf(rest));
    else if (verb === 'foreign') foreign = spansOf(rest);
    else if (verb === 'mode') mode = subject as WorldOptions['mode'];
    else numbers.set(verb as string, Number(subject));
  }
  const number = (name: string, otherwise: number): number => numbers.get(name) ?? otherwise;
  const world: WorldOptions = {
    ...quietWorld(random),
    mode,
    seconds: number('seconds', 200),
    sites: number('sites', 1),
    agentsPerSite: number('agents', 1),
    rate: number('rate', 10),
    servers: [...new Set([...serves.keys()].map((name) => name.split('/')[0] as string))],
    alive: (server, at, bucket) => inside(serves.get(bucket === null ? server : `${server}/${bucket}`), at),
    lost: (at, site) =>
      random() < number('loss', 0) ||
      inside(blind.get(site), at) ||
      [...dead].some(([below, spans]) => site < below && inside(spans, at)),
    connected: (site, second) => !inside(cut.get(String(site)), second),
    running: (site, second) => !inside(stopped.get(String(site)), second),
  };
  return { world, restartAt: number('restart', Number.POSITIVE_INFINITY), foreign };
}

/** Adds foreign answers for the second server to the batches of a span. */
function withForeign(entry: LogEntry, spans: Spans): LogEntry {
  if (entry.kind !== 'batch' || !inside(spans, (entry.receivedAt - START) / 1e6)) return entry;
  const none = {
    due: 10,
    sent: 10,
    unsentNoIdentity: 0,
    unsentStalled: 0,
    unsentSendError: 0,
    orphans: 0,
    duplicates: 0,
    malformed: 0,
  };
  const counts = [{ path: 0, ...none, foreign: 10, foreignSources: ['10.9.9.9'] }];
  return { ...entry, batch: { ...entry.batch, counts } };
}

const seconds = (us: number): string => ((us - START) / 1e6).toFixed(2);
const span = (b: Bracket): string => `[${seconds(b.earliest)} ${seconds(b.latest)}]`;

function line(kind: string, f: Finding): string {
  const late = f.late ? ' late' : '';
  const half = 'bucket' in f && f.bucket !== null ? `/${f.bucket}` : '';
  const detected = `detected ${seconds(f.detectedAt)}`;
  if ('durationMs' in f) {
    const end = f.end ? `${span(f.end)} ${f.durationMs?.toFixed(0)} ± ${f.uncertaintyMs?.toFixed(0)} ms` : 'open';
    return `${kind} ${f.kind}${half} ${span(f.start)} ${end} ${detected}${late}`;
  }
  if ('gapMs' in f) {
    return `${kind} ${f.kind}${half} ${f.from} → ${f.to} ${span(f.start)} gap ${f.gapMs.toFixed(0)} ± ${f.uncertaintyMs.toFixed(0)} ms ${detected}${late}`;
  }
  const who = [f.server && f.server + half, f.site].filter((name) => name !== null).join(' at ');
  if ('scope' in f) return `${kind} ${f.kind} ${f.text} ${span(f)} ${detected}${late}`;
  if (f.agents) {
    const { unanswered, answered } = f.agents;
    return `${kind} ${f.kind} ${who}: ${unanswered} is ${f.to === 'degraded' ? 'not answered' : 'answered again'}, ${answered} is ${span(f)} ${detected}${late}`;
  }
  const sites = f.sites ? ` ${f.sites.served}/${f.sites.reporting} sites` : '';
  return `${kind} ${f.kind === 'silent' ? 'silent ' : ''}${who}: ${f.from} → ${f.to} (${f.reason}) ${span(f)}${sites} ${detected}${late}`;
}

const openText = (since: number | null): string => (since === null ? '' : `, gap open since ${seconds(since)}`);

function told(lines: readonly string[]): string {
  const { world, restartAt, foreign } = worldOf(lines);
  const paths = lines.includes('show paths');
  let verdicts: Verdicts = createVerdicts();
  let restarted = false;
  const out: string[] = [];
  for (const plain of logOf(world)) {
    const entry = withForeign(plain, foreign);
    if (!restarted && entry.receivedAt > START + restartAt * 1e6) {
      restarted = true;
      verdicts = restoreVerdicts(JSON.parse(JSON.stringify(verdicts.snapshot()))) as Verdicts;
    }
    for (const { kind, finding } of verdicts.apply(entry)) {
      const ofPath = finding.kind === 'transition' && finding.site !== null;
      if (!ofPath || paths) out.push(line(kind, finding));
    }
  }
  const view = verdicts.view();
  for (const g of view.groups)
    out.push(
      `group ${g.state}: ${g.sites.served} served, ${g.sites.unserved} unserved, ${g.sites.unknown} unknown${openText(g.openGapSince)}`,
    );
  for (const s of view.servers) {
    const buckets = s.buckets.map(({ bucket, state, expected }) => `, bucket ${bucket} ${state}, expected ${expected}`);
    out.push(`server ${s.server} ${s.state} (${s.reason})${buckets.join('')}`);
  }
  return out.join('\n');
}

const folder = fileURLToPath(new URL('.', import.meta.url));
for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  t.test(name, async (t) => {
    const text = readFileSync(folder + name, 'utf8');
    const [given = '', expected = ''] = text.split('\n----\n');
    const lines = given.split('\n').filter((l) => l !== '' && !l.startsWith('#'));
    const found = told(lines);
    if (process.env['DORAWATCH_REWRITE'] === '1') writeFileSync(folder + name, `${given}\n----\n${found}\n`);
    else t.equal(found, expected.trimEnd());
  });
}
