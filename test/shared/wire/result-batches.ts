/** Arbitrary and typical batches for tests. */
import fc from 'fast-check';
import {
  ABSENT,
  type PathCounts,
  type PathRef,
  type ResultBatch,
  type ResultColumns,
  type Sighting,
} from '../../../shared/core/batch.ts';
import { MAX_FIGURE } from '../../../shared/core/limits.ts';
import { OUTCOMES } from '../../../shared/core/outcome.ts';
import { epochMicros, microseconds, unixMicros } from '../../../shared/core/units.ts';

/** Records of the plain kind that decoders make, so that strict comparison holds. */
const record: typeof fc.record = ((model: never) => fc.record(model, { noNullPrototype: true })) as never;

const figure = fc.oneof(fc.nat({ max: 5_000_000 }), fc.integer({ min: 0, max: MAX_FIGURE / 4 }));
const latency = fc.oneof(fc.constant(ABSENT), fc.nat({ max: 5_000_000 }), fc.integer({ min: 0, max: 2 ** 40 }));
const name = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((text) => Buffer.from(text).toString() === text);
const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join('.'));

const pathRef: fc.Arbitrary<PathRef> = record({
  group: name,
  server: name,
  address,
  bucket: fc.option(fc.nat(255)),
  giaddr: address,
  kind: fc.constantFrom('dora' as const, 'do' as const),
  scope: fc.option(fc.constantFrom('10.80.1.0/24', '10.77.0.0/16')),
  interface: fc.option(fc.constant('eth0.20')),
  firstContact: fc.boolean(),
});

const row = (paths: number) =>
  record({
    path: fc.nat(paths - 1),
    identity: fc.nat(40),
    sentUs: figure,
    outcome: fc.nat(OUTCOMES.length - 1),
    stage: fc.nat(1),
    offerUs: latency,
    ackUs: latency,
    totalUs: latency,
    released: fc.nat(1),
  });

type Row = { readonly [K in keyof ResultColumns]: number };

export function columnsOf(rows: readonly Row[]): ResultColumns {
  const column = (key: keyof ResultColumns) => rows.map((each) => each[key]);
  return {
    path: column('path'),
    identity: column('identity'),
    sentUs: column('sentUs'),
    outcome: column('outcome'),
    stage: column('stage'),
    offerUs: column('offerUs'),
    ackUs: column('ackUs'),
    totalUs: column('totalUs'),
    released: column('released'),
  };
}

const count = fc.oneof(fc.constant(0), fc.nat(100_000));
const countsRow = (path: number): fc.Arbitrary<PathCounts> =>
  record({
    path: fc.constant(path),
    due: count,
    sent: count,
    unsentNoIdentity: count,
    unsentStalled: count,
    unsentSendError: count,
    orphans: count,
    duplicates: count,
    malformed: count,
    foreign: count,
    foreignSources: fc.array(address, { maxLength: 4 }),
  });

const bodyOf = (paths: readonly PathRef[]) =>
  record({
    paths: fc.constant(paths),
    results:
      paths.length === 0 ? fc.constant(columnsOf([])) : fc.array(row(paths.length), { maxLength: 60 }).map(columnsOf),
    late:
      paths.length === 0
        ? fc.constant([])
        : fc.array(
            record({
              path: fc.nat(paths.length - 1),
              identity: fc.nat(40),
              sentUs: figure.map(epochMicros),
              lateUs: figure.map(microseconds),
            }),
            { maxLength: 3 },
          ),
    counts: fc.subarray(paths.map((_, index) => index)).chain((rows) => fc.tuple(...rows.map(countsRow))),
    sightings: paths.length === 0 ? fc.constant([]) : fc.array(sighting(paths.length), { maxLength: 3 }),
  });

const octet = fc.nat(255).map((value) => value.toString(16).padStart(2, '0'));
/** 0.0.0.0 stands for "not said" on the wire. */
const saidAddress = address.filter((text) => text !== '0.0.0.0');

const sighting = (paths: number): fc.Arbitrary<Sighting> =>
  record({
    path: fc.nat(paths - 1),
    sentUs: figure.map(epochMicros),
    stage: fc.constantFrom('offer' as const, 'ack' as const),
    source: address,
    serverIdentifier: fc.option(saidAddress),
    expected: fc.boolean(),
    mac: fc.option(fc.tuple(octet, octet, octet, octet, octet, octet).map((octets) => octets.join(':'))),
    address,
    subnetMask: fc.option(saidAddress),
    leaseSeconds: fc.option(fc.nat(2 ** 32 - 1)),
    routers: fc.array(saidAddress, { maxLength: 2 }),
    nameServers: fc.array(saidAddress, { maxLength: 2 }),
    domain: fc.option(fc.constant('example.org')),
    nextServer: fc.option(saidAddress),
  });

/** Any batch that the encoder may be given. */
export const anyBatch: fc.Arbitrary<ResultBatch> = record({
  agent: name,
  site: name,
  epoch: fc.integer({ min: 1, max: MAX_FIGURE }),
  sequence: fc.integer({ min: 1, max: MAX_FIGURE }),
  anchor: fc.integer({ min: 0, max: MAX_FIGURE }).map(unixMicros),
  fromUs: figure.map(epochMicros),
  completeThroughUs: figure.map(epochMicros),
  assignmentVersion: fc.nat(),
  dropTimeUs: fc.nat(60_000_000).map(microseconds),
  stamped: fc.constantFrom('user' as const, 'kernel' as const),
  loopDelayMaxUs: fc.nat().map(microseconds),
  body: fc.array(pathRef, { maxLength: 5 }).chain(bodyOf),
}).map(({ body, ...head }) => ({ ...head, ...body }));

/** A small generator with a seed, for figures that look measured. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** About a normal distribution around 0 with the given deviation. */
export function spread(random: () => number, deviation: number): number {
  let sum = -6;
  for (let draw = 0; draw < 12; draw += 1) sum += random();
  return Math.round(sum * deviation);
}

/** What an agent sends each second: two servers at `rate` each, 40 ms away, identities in turn. */
export function typicalBatch(options: {
  readonly sequence: number;
  readonly rate: number;
  readonly random: () => number;
  readonly agent?: string;
  readonly epoch?: number;
}): ResultBatch {
  const { sequence, rate, random } = options;
  const fromUs = sequence * 1_000_000;
  const rows: Row[] = [];
  for (let turn = 0; turn < rate * 2; turn += 1) {
    const slot = (sequence - 1) * rate + (turn >> 1);
    const offerUs = 41_000 + Math.abs(spread(random, 350));
    const ackUs = 40_700 + Math.abs(spread(random, 300));
    const sentUs = Math.round(fromUs + (turn * 500_000) / rate) + Math.abs(spread(random, 400));
    const totalUs = offerUs + ackUs + 110 + Math.abs(spread(random, 25));
    rows.push({
      path: turn % 2,
      identity: slot % 31,
      sentUs,
      outcome: 0,
      stage: 1,
      offerUs,
      ackUs,
      totalUs,
      released: 1,
    });
  }
  const path = { group: 'corsham-dhcp', bucket: null, giaddr: '10.77.3.2', kind: 'dora', firstContact: false } as const;
  const none = { unsentNoIdentity: 0, unsentStalled: 0, unsentSendError: 0, orphans: 0, duplicates: 0, malformed: 0 };
  return {
    agent: options.agent ?? 'agent-5f2a9c01b7',
    site: 'corsham',
    epoch: options.epoch ?? 1_700_000_000_000_000,
    sequence,
    anchor: unixMicros(1_700_000_000_000_000),
    fromUs: epochMicros(fromUs),
    completeThroughUs: epochMicros(fromUs + 959_000),
    assignmentVersion: 3,
    dropTimeUs: microseconds(3_000_000),
    stamped: 'kernel',
    loopDelayMaxUs: microseconds(1_900 + Math.round(random() * 3_000)),
    paths: [
      { ...path, server: 'primary', address: '10.77.1.2', scope: null, interface: null },
      { ...path, server: 'standby', address: '10.77.2.2', scope: null, interface: null },
    ],
    results: columnsOf(rows),
    late: [],
    counts: [0, 1].map((index) => ({ path: index, due: rate, sent: rate, ...none, foreign: 0, foreignSources: [] })),
    sightings: [],
  };
}
