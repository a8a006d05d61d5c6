/**
 * What of a track's sayings is new: compared with what was told of it before, as the verdict fold does with its own. What came
 * out the same is left alone, what is said otherwise is revised, what is no longer said withdrawn. Late is what results showed
 * long after they could have been here: it is history then, and no news.
 */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';
import type { Notice } from '../finding.ts';
import { findingId } from '../verdicts/finding-id.ts';
import type { FindingChange } from '../verdicts/views.ts';
import { LATE_US, TOLD_KEPT } from './limits.ts';
import type { Place, Saying } from './notice-kind.ts';
import type { Node, Told } from './state.ts';

/** Compares what a track says with what was told. @param at when the entry that caused it was received */
export function tellTrack(node: Node, sayings: ReadonlyMap<string, Saying>, at: UnixMicros): readonly FindingChange[] {
  const before = new Map(node.told.map((told) => [told.id, told]));
  const said = [...sayings.values()].map((saying) => toldOf(node, saying, at));
  const changes: FindingChange[] = [];
  const after = said.map((told) => {
    const old = before.get(told.id);
    before.delete(told.id);
    if (old === undefined) {
      changes.push({ kind: 'found', finding: told.notice, news: !told.notice.late });
      return told;
    }
    if (plain(old.notice) === plain(told.notice)) return old;
    const notice = { ...told.notice, detectedAt: old.notice.detectedAt, late: told.notice.late || old.notice.late };
    // What is better known by now, and otherwise the same, is nothing to call anybody for.
    const news = !told.notice.late && old.notice.to !== notice.to;
    changes.push({ kind: 'revised', finding: notice, news });
    return { ...told, notice };
  });
  const stands = [...before.values()].filter((told) => told.at <= node.floor);
  for (const told of before.values()) {
    if (told.at > node.floor) changes.push({ kind: 'withdrawn', finding: { ...told.notice, late: true }, news: false });
  }
  if (changes.length > 0) node.told = [...stands, ...after].sort((a, b) => a.at - b.at).slice(-TOLD_KEPT);
  return changes;
}

const plain = (notice: Notice): string => JSON.stringify({ ...notice, detectedAt: 0, late: false });

function toldOf({ place }: Node, saying: Saying, detectedAt: UnixMicros): Told {
  const { kind, topic, name, earliest, latest, decided, from, to, reason, text, evidence, isAmiss } = saying;
  const { group, server, site, scope } = place;
  const id = idOf(place, kind, topic, name);
  const about = { kind, id, group, server, site, scope, from, to, reason, text, evidence };
  const bracket = {
    at: unixMicros(Math.floor((earliest + latest) / 2)),
    earliest: unixMicros(earliest),
    latest: unixMicros(latest),
  };
  const notice = { ...about, ...bracket, detectedAt, late: detectedAt - decided > LATE_US };
  return { id, at: saying.at, isAmiss, notice };
}

/** A hash of what it is: place, kind, which of its sayings, and the name of its first evidence. */
const idOf = ({ group, server, site, scope, detail }: Place, kind: string, topic: string, name: string): string =>
  findingId(kind, group, server, site, scope, detail, topic, name);
