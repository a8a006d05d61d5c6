/**
 * A loop of perfdhcp that never ran, in perfdhcp's own words, against servers whose truth is known: each DISCOVER is sent at its
 * time and answered if its server serves then, and what comes after a run's end is not counted, as perfdhcp does not count it.
 */

/** When a server began and ceased to serve: moments in seconds, alternately; it serves from the first on. */
export type Truth = readonly number[];

export interface LoopOptions {
  /** Servers in turn, by name. */
  readonly servers: Readonly<Record<string, Truth>>;
  readonly fromS: number;
  readonly untilS: number;
  readonly count: number;
  readonly rate: number;
  /** Between the end of a run and the next date line, s. */
  readonly pauseS: number;
  /** Between the date line and the first DISCOVER, s. */
  readonly startupS: number;
  readonly offerS: number;
  readonly ackS: number;
  /** -W, s. */
  readonly waitS: number;
  readonly style: '1.8' | '3.x';
  /** Which exchanges are lost on the way, by their number over the whole loop. */
  readonly isLost?: (exchange: number) => boolean;
}

export const serves = (truth: Truth, atS: number): boolean => truth.filter((moment) => moment <= atS).length % 2 === 1;

/** ISO without a zone, in UTC, to the second: what `date '+%F %T'` prints. */
export const dateText = (atS: number): string =>
  new Date(Math.floor(atS) * 1000).toISOString().slice(0, 19).replace('T', ' ');

interface Counts {
  readonly sent: number;
  readonly offers: number;
  readonly acks: number;
  readonly elapsedS: number;
}

/** @returns one log of all servers, their names on the date lines */
export function loopLog(options: LoopOptions): string {
  const { servers, count, rate } = options;
  const names = Object.keys(servers);
  let [text, atS, runs] = ['', options.fromS, 0];
  while (atS < options.untilS) {
    const name = names[runs % names.length] as string;
    const sendS = atS + options.startupS;
    const endS = sendS + (count - 1) / rate + 0.001 + options.waitS;
    const counts = runOf(options, servers[name] as Truth, sendS, endS, runs * count);
    text += `${dateText(atS)} - ${name}\n${reportText(counts, options)}`;
    atS = endS + options.pauseS;
    runs += 1;
  }
  return text;
}

function runOf(options: LoopOptions, truth: Truth, sendS: number, endS: number, number: number): Counts {
  const { count, rate, offerS, ackS, isLost = () => false } = options;
  let [offers, acks] = [0, 0];
  for (let i = 0; i < count; i++) {
    const offerAt = sendS + i / rate + offerS;
    if (!serves(truth, offerAt) || offerAt > endS || isLost(number + i)) continue;
    offers += 1;
    if (serves(truth, offerAt + ackS) && offerAt + ackS <= endS) acks += 1;
  }
  return { sent: count, offers, acks, elapsedS: endS - sendS };
}

/** perfdhcp's printed report of one run. */
export function reportText(
  { sent, offers, acks, elapsedS }: Counts,
  options: Omit<LoopOptions, 'servers' | 'fromS' | 'untilS'>,
): string {
  const { rate, waitS, style, offerS, ackS } = options;
  const head = [
    `Running: perfdhcp -n ${sent} -r ${rate} -R 100 -d 3 -W ${Math.round(waitS * 1e6)} 192.0.2.1`,
    'Scenario: basic.',
    'Multi-thread mode enabled.',
    '***Rate statistics***',
    `Rate: ${Number((acks / elapsedS).toPrecision(6))} 4-way exchanges/second, expected rate: ${rate}`,
    '',
    ...(style === '3.x' ? ['***Malformed Packets***', 'Malformed packets: 0'] : []),
  ];
  return [
    ...head,
    ...stageText('DISCOVER-OFFER', sent, offers, offerS, style),
    ...stageText('REQUEST-ACK', offers, acks, ackS, style),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function stageText(name: string, sent: number, received: number, latencyS: number, style: '1.8' | '3.x'): string[] {
  const ms = (latencyS * 1000).toFixed(3);
  const ratio = sent === 0 ? '-nan' : String(((sent - received) / sent) * 100);
  const delays =
    received === 0
      ? ['min delay: inf ms', 'avg delay: min delay: n/a', 'avg delay: n/a', 'max delay: n/a', 'std deviation: n/a']
      : [`min delay: ${ms} ms`, `avg delay: ${ms} ms`, `max delay: ${ms} ms`, 'std deviation: 0.000 ms'];
  return [
    `***Statistics for: ${name}***`,
    `sent packets: ${sent}`,
    `received packets: ${received}`,
    `drops: ${sent - received}`,
    `drops ratio: ${ratio} %`,
    'orphans: 0',
    ...(style === '3.x' ? ['rejected leases: 0', 'non unique addresses: 0'] : []),
    '',
    ...delays,
    'collected packets: 0',
    '',
  ];
}
