/**
 * Kea's answer to `status-get`, read as far as dorawatch understands it. What a version does not say is null: 2.2 has no clock
 * skew, a server without HA has no state, a passive-backup server hears nothing of a partner. An answer that makes no sense
 * becomes a problem in words, never a throw: it comes over a network, from whatever listens there.
 */
import type { KeaWord } from '../log-entry.ts';
import { answerOf, type Fields, fields, list } from './json-shape.ts';

/** Either its word, or why there is none, for people. */
export type Heard =
  | { readonly word: KeaWord; readonly problem: null }
  | { readonly word: null; readonly problem: string };

/** No answer has more relationships than a hub has spokes, nor a server more scopes than it has partners. */
const RELATIONSHIPS_MAX = 256;

/**
 * @param answer the parsed JSON: a list with one answer a service (control agent), or the answer itself
 * @param partners names of the other servers of the group: of a hub's several relationships, the one with one of them is meant
 */
export function readWord(answer: unknown, partners: readonly string[]): Heard {
  const one = answerOf(answer);
  if (one === null) return silent('it answered something that is no answer of Kea');
  const { result, text } = one;
  if (result === 1 || result === 2 || result === 3)
    return silent(`it refuses status-get: ${typeof text === 'string' ? text.slice(0, 200) : `result ${result}`}`);
  const said = fields(one['arguments']);
  if (result !== 0 || said === null) return silent('it answered something that is no status');
  return { word: wordOf(relationship(said, partners)), problem: null };
}

const silent = (problem: string): Heard => ({ word: null, problem });

/** The servers of one HA relationship; both empty without HA. */
interface Pair {
  readonly local: Fields;
  readonly remote: Fields;
}

function relationship(said: Fields, partners: readonly string[]): Pair {
  const pairs = list(said['high-availability'])
    .slice(0, RELATIONSHIPS_MAX)
    .map((one): Pair => {
      const servers = fields(fields(one)?.['ha-servers']);
      return { local: fields(servers?.['local']) ?? {}, remote: fields(servers?.['remote']) ?? {} };
    });
  const named = pairs.find(({ remote }) => partners.some((name) => name === remote['server-name']));
  return named ?? pairs[0] ?? { local: {}, remote: {} };
}

function wordOf({ local, remote }: Pair): KeaWord {
  return {
    state: text(local['state']),
    scopes: texts(local['scopes']),
    partnerState: text(remote['last-state']),
    communicationInterrupted: flag(remote['communication-interrupted']),
    unackedClients: count(remote['unacked-clients']),
    unackedClientsLeft: count(remote['unacked-clients-left']),
    connectingClients: count(remote['connecting-clients']),
    clockSkewMs: skewMs(remote['clock-skew']),
    freeAddresses: {},
  };
}

/** An empty word is none: Kea has '' where it has heard nothing yet. */
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.slice(0, 64) : null);

const texts = (value: unknown): readonly string[] =>
  list(value)
    .slice(0, RELATIONSHIPS_MAX)
    .flatMap((one) => text(one) ?? []);

const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

const count = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;

/** Whole seconds, as a number or as text with its unit. */
function skewMs(value: unknown): number | null {
  const seconds = typeof value === 'string' ? Number.parseFloat(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : null;
}
