/**
 * Agents' versions beside the collector's own: who is behind, and who cannot be understood at all. Hundreds of sites are never upgraded
 * at once, so being behind is told and changes nothing. Rejected: a complaint about agents that are ahead; the upgrade of the collector
 * is under way then.
 */
import { UNDERSTOOD } from '../../shared/core/protocol.ts';

/** "1.10.0" as [1, 10, 0]; null: it is no such version. What follows a "-" or "+" does not count. */
function numbersOf(version: string): readonly number[] | null {
  const [, numbers] = /^v?(\d{1,9}(?:\.\d{1,9}){0,3})(?:[-+].*)?$/.exec(version) ?? [];
  return numbers === undefined ? null : numbers.split('.').map(Number);
}

/** Whether the first is older; null: one of them is no version. */
export function isBehind(version: string, own: string): boolean | null {
  const [theirs, ours] = [numbersOf(version), numbersOf(own)];
  if (theirs === null || ours === null) return null;
  for (let place = 0; place < Math.max(theirs.length, ours.length); place += 1) {
    const difference = (theirs[place] ?? 0) - (ours[place] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Who speaks what. */
export interface Spoken {
  /** 0: not told. */
  readonly protocol: number;
  /** Empty: not told. */
  readonly version: string;
}

/** @param own version of the collector @returns why this agent cannot be understood, and which side to upgrade; null: it can */
export function protocolRefusal({ protocol, version }: Spoken, own: string): string | null {
  const { oldest, newest } = UNDERSTOOD;
  if (protocol >= oldest && protocol <= newest) return null;
  const agent = `agent ${version === '' ? 'of an unknown version' : version} speaks protocol ${protocol}`;
  const range = oldest === newest ? `${newest}` : `${oldest} to ${newest}`;
  const next = protocol < oldest ? 'upgrade this agent' : 'upgrade the collector first, or take this agent back';
  return `${agent}, collector ${own} understands ${range}: ${next}. What the agent has measured is kept in its spool`;
}

/** Of an agent, as far as it matters here. */
export interface VersionedAgent {
  readonly id: string;
  readonly version: string | null;
  readonly connected: boolean;
}

/** Names told; the rest is a number. */
const NAMED_MAX = 5;

/** "2 agents are behind this collector's version 0.2.0: corsham-1 (0.1.0), leeds-1 (0.1.9)"; null: none of the connected is. */
export function behindText(agents: readonly VersionedAgent[], own: string): string | null {
  const behind = agents.filter(
    ({ connected, version }) => connected && version !== null && isBehind(version, own) === true,
  );
  if (behind.length === 0) return null;
  const names = behind.slice(0, NAMED_MAX).map(({ id, version }) => `${id} (${version})`);
  const more = behind.length > names.length ? `, and ${behind.length - names.length} more` : '';
  const who = behind.length === 1 ? '1 agent is' : `${behind.length} agents are`;
  return `${who} behind this collector's version ${own}: ${names.join(', ')}${more}`;
}
