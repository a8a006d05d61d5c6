/**
 * Every exchange on a site's wire against the store, one for one. The store has no xid, so an epoch's rows are laid over the
 * wire by time: within an epoch times are exact to the scheduler's whims, and only the epoch's place is to be found. Then
 * each identity's exchanges, seconds apart, are matched with those of its chaddr. The collector's clock correction was refused
 * as the place: it is under test.
 */
import type { WireExchange } from '../../lab/wire.ts';
import type { AgentLife, Evidence, InfluxExchange, SiteEvidence, StoredExchange } from './evidence.ts';

/** What became of the exchanges, with words for each that went wrong. */
export interface ExchangeVerdict {
  readonly exchanges: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly invented: number;
  /** On the wire, not stored, and rightly so: killed with their agent, or shed and said so. */
  readonly excused: number;
  readonly said: readonly string[];
}

/** An agent that is killed takes with it what finished less than a second before: its open batch, and a busy machine. */
const UNSPOOLED_US = 2_500_000;
/** The clock stamps of agent and capture are read in one system call; a busy machine may stop the agent in between. */
const MATCH_US = 1_000_000;
/** For the first look, where neighbours are not yet told apart by chaddr. */
const NEAR_US = 40_000;
/** Rows of an epoch that are laid over the wire to find its place. */
const SAMPLE_ROWS = 400;
/** An answer this near to the drop time may be counted either way. */
const EDGE_US = 250_000;
const SAID_MAX = 40;

type Row = StoredExchange & { readonly rawUs: number };

export function judgeExchanges(evidence: Evidence): ExchangeVerdict {
  const said: string[] = [];
  const unique = withoutRepeats(evidence.stored, said);
  let [lost, duplicated, invented, excused, exchanges] = [0, evidence.stored.length - unique.length, 0, 0, 0];
  const known = new Set(evidence.sites.map(({ agent }) => agent));
  const strangers = unique.filter(({ agent }) => !known.has(agent));
  invented += strangers.length;
  for (const row of strangers) said.push(`invented: of ${row.agent}, which never ran`);
  for (const site of evidence.sites) {
    const rows = unique.filter(({ agent }) => agent === site.agent);
    const judged = judgeSite(site, rows, evidence, said);
    exchanges += site.wire.length;
    lost += judged.lost;
    duplicated += judged.duplicated;
    invented += judged.invented;
    excused += judged.excused;
  }
  // An excuse does not hold for what the agent said it had on its disk.
  lost = Math.max(lost, missingOfSpooled(evidence, unique, said));
  const influx = judgeInflux(evidence.influx, unique, said);
  return {
    exchanges,
    lost: lost + influx.lost,
    duplicated: duplicated + influx.duplicated,
    invented: invented + influx.invented,
    excused,
    said: said.slice(0, SAID_MAX),
  };
}

/** InfluxDB against the store, by name: each stored exchange is one point with the same outcome, and each point is one. */
function judgeInflux(points: readonly InfluxExchange[], stored: readonly StoredExchange[], said: string[]) {
  const left = new Map(stored.map((row) => [nameOf(row), row.outcome]));
  const seen = new Set<string>();
  let [duplicated, invented] = [0, 0];
  for (const point of points) {
    const name = nameOf(point);
    if (seen.has(name)) {
      duplicated += 1;
      said.push(`duplicated: InfluxDB has ${name} twice`);
    } else if (left.get(name) !== point.outcome) {
      invented += 1;
      said.push(`invented: InfluxDB has ${name} as ${point.outcome}, the store as ${left.get(name) ?? 'nothing'}`);
    }
    seen.add(name);
    left.delete(name);
  }
  for (const name of left.keys()) said.push(`lost: InfluxDB has no ${name}`);
  return { lost: left.size, duplicated, invented };
}

function withoutRepeats(stored: readonly StoredExchange[], said: string[]): StoredExchange[] {
  const seen = new Set<string>();
  return stored.filter((row) => {
    const name = nameOf(row);
    if (seen.has(name)) said.push(`duplicated: ${name} is in the store twice`);
    return !seen.has(name) && seen.add(name);
  });
}

const nameOf = ({ agent, epoch, sequence, index }: InfluxExchange): string => `${agent}/${epoch}/${sequence}/${index}`;

interface Match {
  readonly row: Row;
  readonly wire: WireExchange;
}

function judgeSite(site: SiteEvidence, stored: readonly StoredExchange[], evidence: Evidence, said: string[]) {
  const lives = evidence.lives.filter(({ agent }) => agent === site.agent);
  const taken = new Set<WireExchange>();
  const strays: Row[] = [];
  const matches: Match[] = [];
  for (const [epoch, rows] of groupedBy(stored.map(raw), (row) => row.epoch)) {
    const life = lives.find((each) => each.epoch === epoch);
    const wire = site.wire.filter((each) => life === undefined || isWithin(each.discoverUs, life));
    const found = matchEpoch(rows, wire, evidence.serverNames);
    strays.push(...found.strays);
    for (const match of found.matches) {
      if (taken.has(match.wire)) strays.push(match.row);
      else matches.push(match);
      taken.add(match.wire);
    }
  }
  const left = site.wire.filter((each) => !taken.has(each));
  const excusedOnes = left.filter((each) => isExcused(each, lives, evidence.dropTimeUs));
  const shed = Math.min(left.length - excusedOnes.length, site.shed);
  const missing = left.filter((each) => !excusedOnes.includes(each));
  for (const each of missing) said.push(`lost: ${site.site} → ${each.server} at ${timeText(each.discoverUs)}`);
  // A row beside all that was on the wire tells of an exchange that is told already, or of none.
  const isTwice = (row: Row): boolean => matches.some(({ row: other }) => isSameMoment(row, other));
  const duplicated = strays.filter(isTwice).length;
  for (const row of strays) said.push(`${isTwice(row) ? 'duplicated' : 'invented'}: ${nameOf(row)} ${row.server}`);
  const wrong = matches.filter((match) => !agrees(match, evidence.dropTimeUs));
  for (const { row, wire } of wrong)
    said.push(`invented: ${nameOf(row)} says ${row.outcome}, the wire at ${timeText(wire.discoverUs)} says otherwise`);
  return {
    lost: missing.length - shed,
    duplicated,
    invented: strays.length - duplicated + wrong.length,
    excused: excusedOnes.length + shed,
  };
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The agent's own wall clock at the DISCOVER: the epoch's anchor and its monotonic clock, whatever was corrected. */
const raw = (row: StoredExchange): Row => ({ ...row, rawUs: row.sentUs + row.offsetUs });

const isWithin = (us: number, { startedUs, endedUs }: AgentLife): boolean => us >= startedUs && us <= endedUs;

const isSameMoment = (one: Row, other: Row): boolean =>
  one.epoch === other.epoch && one.server === other.server && Math.abs(one.rawUs - other.rawUs) < 1_000;

function matchEpoch(
  rows: readonly Row[],
  wire: readonly WireExchange[],
  names: Readonly<Record<string, string>>,
): { readonly matches: readonly Match[]; readonly strays: readonly Row[] } {
  const ofServer = new Map(
    Object.entries(names).map(([address, name]) => [name, wire.filter((each) => each.server === address)]),
  );
  const shiftUs = placeOf(rows, ofServer);
  const matches: Match[] = [];
  const strays: Row[] = [];
  for (const [, own] of groupedBy(rows, ({ server, identity }) => `${server} ${identity}`)) {
    const candidates = ofServer.get(own[0]?.server ?? '') ?? [];
    const chaddr = commonChaddr(own, candidates, shiftUs);
    const left = candidates.filter((each) => each.chaddr === chaddr);
    for (const row of [...own].sort((a, b) => a.rawUs - b.rawUs)) {
      const at = nearest(left, row.rawUs + shiftUs);
      const found = left[at];
      if (found !== undefined && Math.abs(found.discoverUs - row.rawUs - shiftUs) <= MATCH_US) {
        matches.push({ row, wire: found });
        left.splice(at, 1);
      } else strays.push(row);
    }
  }
  return { matches, strays };
}

/** What to add to an epoch's times to get the capture's: the difference that lays most rows on the wire. */
function placeOf(rows: readonly Row[], ofServer: ReadonlyMap<string, readonly WireExchange[]>): number {
  const sample = [...rows].sort((a, b) => a.rawUs - b.rawUs).slice(0, SAMPLE_ROWS);
  const pivots = [sample[0], sample[Math.floor(sample.length / 2)]].filter((row) => row !== undefined);
  const claimed = -(sample[0]?.offsetUs ?? 0);
  let best = { shiftUs: claimed, hits: -1 };
  const shifts = pivots.flatMap((pivot) =>
    (ofServer.get(pivot.server) ?? []).map(({ discoverUs }) => discoverUs - pivot.rawUs),
  );
  for (const shiftUs of shifts) {
    const hits = sample.filter((row) => isNear(ofServer.get(row.server) ?? [], row.rawUs + shiftUs)).length;
    const isNearer = Math.abs(shiftUs - claimed) < Math.abs(best.shiftUs - claimed);
    if (hits > best.hits || (hits === best.hits && isNearer)) best = { shiftUs, hits };
  }
  return best.shiftUs;
}

function isNear(wire: readonly WireExchange[], us: number): boolean {
  const found = wire[nearest(wire, us)];
  return found !== undefined && Math.abs(found.discoverUs - us) <= NEAR_US;
}

/** Index of the exchange nearest in time; -1 of none. */
function nearest(wire: readonly WireExchange[], us: number): number {
  let [low, high] = [0, wire.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((wire[middle]?.discoverUs ?? 0) < us) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [wire[low - 1]?.discoverUs, wire[low]?.discoverUs];
  if (before === undefined) return after === undefined ? -1 : low;
  return after === undefined || us - before <= after - us ? low - 1 : low;
}

/** The chaddr under which most of an identity's exchanges were seen. */
function commonChaddr(rows: readonly Row[], wire: readonly WireExchange[], shiftUs: number): string | undefined {
  const votes = new Map<string, number>();
  for (const row of rows) {
    const found = wire[nearest(wire, row.rawUs + shiftUs)];
    if (found !== undefined) votes.set(found.chaddr, (votes.get(found.chaddr) ?? 0) + 1);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function isExcused(exchange: WireExchange, lives: readonly AgentLife[], dropTimeUs: number): boolean {
  const answeredUs = exchange.ackUs ?? exchange.nakUs ?? Number.POSITIVE_INFINITY;
  const finishedUs = Math.min(answeredUs, exchange.discoverUs + dropTimeUs);
  const life = lives.find((each) => isWithin(exchange.discoverUs, each));
  return life?.isKilled === true && finishedUs >= life.endedUs - UNSPOOLED_US;
}

/** Acked by the store means an ACK on the wire in time; dropped means none. Other outcomes are not contradicted by a wire. */
function agrees({ row, wire }: Match, dropTimeUs: number): boolean {
  const tookUs = (wire.ackUs ?? Number.POSITIVE_INFINITY) - wire.discoverUs;
  if (Math.abs(tookUs - dropTimeUs) <= EDGE_US) return true;
  if (row.outcome === 'acked') return tookUs < dropTimeUs;
  return row.outcome !== 'dropped' || tookUs > dropTimeUs;
}

/** Batches that an agent said it has on disk, against the store. @returns exchanges missing, but for those it said it lost */
function missingOfSpooled({ lives, sites }: Evidence, stored: readonly StoredExchange[], said: string[]): number {
  const counts = new Map<string, number>();
  for (const { agent, epoch, sequence } of stored) {
    const name = `${agent}/${epoch}/${sequence}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  let missing = 0;
  for (const { agent, epoch, spooled } of lives) {
    for (const [sequence, exchanges] of spooled) {
      const name = `${agent}/${epoch}/${sequence}`;
      const have = counts.get(name) ?? 0;
      if (have !== exchanges) said.push(`${name}: the agent spooled ${exchanges} exchanges, the store has ${have}`);
      missing += Math.max(0, exchanges - have);
    }
  }
  return missing - sites.reduce((sum, { shed }) => sum + shed, 0);
}

const timeText = (us: number): string => new Date(us / 1000).toISOString().slice(11, 23);
