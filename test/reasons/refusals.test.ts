/**
 * Ways to be refused, told apart on real Kea: some identities' DISCOVERs that meet silence while the others are served, every REQUEST
 * answered with NAK after its OFFER, and answers that come but far later than usual. Kea's own classes refuse, by what a
 * probe's vendor class asks for, so that a new configuration of the collector switches them and Kea runs on undisturbed:
 * `config-set` would restart its part in the pair. The slow one must first know what is usual, a minute, and is the long story.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import type { Programs } from '../failover/programs.ts';
import { pause } from '../lab/child.ts';
import type { Json } from '../lab/lab-options.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { type EventRow, groupOf, setStage, yamlOf } from '../modes/stage.ts';

const NAK_ALL = 'nak-all';
const REFUSE_SOME = 'refuse-some';
const ADMITTED = 'admitted';
/** Of twelve addresses in a row, three end in one of these. */
const [IDENTITIES, REFUSED_DIGITS] = [12, ['1', '5', '9', 'd']];
/** Exchanges of an identity that must agree: on a busy machine one may be lost by itself. */
const LAST = 3;
/** What is usual is known after a minute of answers, some of which were got while others were refused. */
const LEARNING_MS = 60_000;
/** One that is refused is asked each two or three seconds, and a dozen times before it is told. */
const SOME_LIMIT_MS = 90_000;
const isLong = process.env['DORAWATCH_LONG'] === '1';

interface Subnet {
  readonly id: number;
}

/** The probe subnet admits whom no vendor class of ours excludes. A subnet's guard, so a REQUEST without one is a NAK. */
function guarded(config: Json): Json {
  const dhcp4 = config['Dhcp4'] as Readonly<Record<string, unknown>>;
  const networks = dhcp4['shared-networks'] as readonly { readonly subnet4: readonly Subnet[] }[];
  const digits = REFUSED_DIGITS.map((digit) => `substring(hexstring(pkt4.mac, ''), 11, 1) == '${digit}'`).join(' or ');
  const refused = `(option[60].hex == '${NAK_ALL}' and pkt4.msgtype == 3) or (option[60].hex == '${REFUSE_SOME}' and (${digits}))`;
  const classes = dhcp4['client-classes'] as readonly unknown[];
  return {
    ...config,
    Dhcp4: {
      ...dhcp4,
      'client-classes': [...classes, { name: ADMITTED, test: `not (${refused})` }],
      'shared-networks': networks.map((network) => ({
        ...network,
        subnet4: network.subnet4.map((one) => (one.id === 1 ? { ...one, 'client-class': ADMITTED } : one)),
      })),
    },
  };
}

/** From now on probes carry this vendor class. */
function tag({ configPath, collector }: Programs, vendorClass: string): void {
  const yaml = readFileSync(configPath, 'utf8').replace(/vendor_class: \S+/, `vendor_class: ${vendorClass}`);
  writeFileSync(configPath, yaml);
  collector.kill('SIGHUP');
}

const evidenceOf = (row: EventRow): string => String((row as EventRow & { readonly evidence?: unknown }).evidence);

/** Identities whose last exchanges with the primary were all dropped, as the agent reported them. */
async function dropped(programs: Programs): Promise<readonly number[]> {
  const { stdout } = await programs.ops('export', '--since', '-10m', '--json');
  const outcomes = new Map<number, string[]>();
  for (const line of stdout.split('\n').filter(Boolean)) {
    const row = JSON.parse(line) as { readonly server: string; readonly identity: number; readonly outcome: string };
    if (row.server === 'primary')
      outcomes.set(row.identity, [...(outcomes.get(row.identity) ?? []), row.outcome].slice(-LAST));
  }
  const silent = [...outcomes].filter(([, last]) => last.every((outcome) => outcome === 'dropped'));
  return silent.map(([identity]) => identity).sort((a, b) => a - b);
}

/** The identities that an evidence names: "identities 3, 7 and 12 refused (no-offer), …". */
const named = (evidence: string): readonly number[] =>
  [...(evidence.split(' refused')[0] ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits));

const pathEvidence = (ids: readonly number[]): string =>
  `identities ${ids.slice(0, -1).join(', ')} and ${ids.at(-1)} of ${IDENTITIES} refused (no-offer), ${IDENTITIES - ids.length} are served: class, reservation or pool`;

/** What dorawatch says of it all, paths included, each finding as it stands. */
async function history(programs: Programs): Promise<readonly EventRow[]> {
  const { stdout } = await programs.ops('events', '--paths', '--json');
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EventRow);
}

t.test('each way to be refused has its own reason', { skip: labSkipReason(), timeout: 420_000 }, async (t) => {
  const { lab, events, programs } = await setStage(t, {
    lab: { change: guarded, ...(isLong ? { weatherSeed: 1, wanDelayMs: 1 } : {}) },
    yaml: (lab) =>
      yamlOf(groupOf(lab, 'corsham-dhcp', 'hot-standby', 'standby')).replace(
        'drop_time: 3s',
        `drop_time: 1500ms, clients: ${IDENTITIES}, identify: { vendor_class: plain }`,
      ),
  });
  const primary = { kind: 'transition', server: 'primary', site: null } as const;

  tag(programs, REFUSE_SOME);
  const some = await events.next({ ...primary, to: 'degraded' }, SOME_LIMIT_MS);
  t.equal(some.reason, 'some-identities', 'the others are served');
  t.match(evidenceOf(some), /^identit(?:y|ies) [\d, and]+ refused \(no-offer\), others are served/);
  const refused = await dropped(programs);
  t.equal(refused.length, IDENTITIES / 4, `refused: ${refused}`);
  // Each is told when it has lasted, so the sentence grows.
  let evidence = evidenceOf(some);
  while (named(evidence).length < refused.length)
    evidence = evidenceOf(await events.next({ ...primary, to: 'degraded' }, 30_000));
  t.strictSame(named(evidence), refused, evidence);

  tag(programs, NAK_ALL);
  const nak = await events.next({ ...primary, to: 'non-serving' });
  t.equal(nak.reason, 'nak', 'OFFERs come, REQUESTs are refused');
  t.match(evidenceOf(nak), /^NAK to \d+ of \d+ exchanges.*: it answers and gives no lease/, evidenceOf(nak));

  tag(programs, 'plain');
  await events.next({ ...primary, to: 'serving' });
  const told = await history(programs);
  const ofPath = told.find(({ site, server, to }) => site === 'corsham' && server === 'primary' && to === 'degraded');
  t.equal(ofPath && evidenceOf(ofPath), pathEvidence(refused), 'the path says of how many');
  const stops = told.filter(({ site, server, to }) => site === null && server === 'primary' && to === 'non-serving');
  t.same(
    stops.map(({ reason }) => reason),
    ['nak'],
    'while others were served it did not stop',
  );
  if (!isLong) return;

  await pause(LEARNING_MS);
  lab.setWeather(lab.site, { loss: 0, duplicate: 0, reorder: 0, reorderMs: 0, delayMs: 125 });
  const slow = await events.next({ ...primary, to: 'degraded' }, 120_000);
  t.equal(slow.reason, 'slow', 'over its own usual');
  t.match(evidenceOf(slow), /^(?:offer|ack) p50 \d+ ms over the last \d+ s, usually [\d.]+ ms$/, evidenceOf(slow));
  lab.setWeather(lab.site, undefined);
  await events.next({ ...primary, to: 'serving' }, 120_000);
});
