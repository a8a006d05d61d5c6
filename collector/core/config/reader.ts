/**
 * Reads values out of a located tree and collects every mistake on the way, so that one run names them all. A reader
 * returns null where a value is absent or wrong; the caller goes on with a stand-in and the whole is refused at the end.
 *
 * Rejected: stopping at the first mistake. A person mends a file in rounds then, each with a reload of a live collector.
 */
import { MISTAKES_MAX } from './limits.ts';
import { nearestWord } from './nearest-word.ts';
import type { ConfigMistake, ConfigNode, Place } from './tree.ts';
import type { Parsed } from './values.ts';

/** A node with the path that leads to it. */
export interface Located {
  readonly node: ConfigNode;
  readonly path: string;
}

/** A map's values by key; keys that are not known have been reported. */
export interface Section extends Place {
  readonly path: string;
  readonly get: (key: string) => Located | null;
}

export interface Reader {
  readonly mistakes: readonly ConfigMistake[];
  readonly report: (place: Place, path: string, message: string) => void;
  /** A map with only these keys; null (and reported) when it is something else. */
  readonly section: (at: Located, keys: readonly string[]) => Section | null;
  /** A list's items; empty (and reported) when it is something else or longer than `max`. */
  readonly items: (at: Located, max: number) => readonly Located[];
  /** A scalar through its grammar; null when absent or wrong. */
  readonly value: <Value>(at: Located | null, parse: (text: string) => Parsed<Value>) => Value | null;
  /** The same, but absence is a mistake. */
  readonly required: <Value>(section: Section, key: string, parse: (text: string) => Parsed<Value>) => Value | null;
}

const KIND_NAMES = { scalar: 'a single value', list: 'a list', map: 'keys and values' } as const;

/** @returns a reader with no mistakes yet */
export function createReader(): Reader {
  const mistakes: ConfigMistake[] = [];
  const report = ({ line, column }: Place, path: string, message: string): void => {
    if (mistakes.length < MISTAKES_MAX) mistakes.push({ line, column, path, message });
  };
  const value: Reader['value'] = (at, parse) => {
    if (at === null) return null;
    if (at.node.kind !== 'scalar' || at.node.value === null) {
      const found = at.node.kind === 'scalar' ? 'nothing' : KIND_NAMES[at.node.kind];
      report(at.node, at.path, `expected a single value, found ${found}`);
      return null;
    }
    const parsed = parse(at.node.text);
    if (parsed.ok) return parsed.value;
    report(at.node, at.path, parsed.problem);
    return null;
  };
  return {
    mistakes,
    report,
    section: (at, keys) => readSection(at, keys, report),
    items: (at, max) => readItems(at, max, report),
    value,
    required: (section, key, parse) => {
      const at = section.get(key);
      if (at === null) report(section, section.path, `"${key}" is missing`);
      return value(at, parse);
    },
  };
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function readSection(at: Located, keys: readonly string[], report: Reader['report']): Section | null {
  const { node, path } = at;
  if (node.kind !== 'map') {
    report(node, path, `expected keys and values (${keys.join(', ')}), found ${KIND_NAMES[node.kind]}`);
    return null;
  }
  for (const entry of node.entries) {
    if (!keys.includes(entry.key)) report(entry, join(path, entry.key), unknownKey(entry.key, keys));
  }
  const get = (key: string): Located | null => {
    const entry = node.entries.find((candidate) => candidate.key === key);
    return entry === undefined ? null : { node: entry.node, path: join(path, key) };
  };
  return { line: node.line, column: node.column, path, get };
}

function unknownKey(key: string, keys: readonly string[]): string {
  const nearest = nearestWord(key, keys);
  return `unknown key "${key}"; ${nearest === null ? `known here: ${keys.join(', ')}` : `did you mean "${nearest}"?`}`;
}

function readItems({ node, path }: Located, max: number, report: Reader['report']): readonly Located[] {
  if (node.kind !== 'list') {
    report(node, path, `expected a list ("- …"), found ${KIND_NAMES[node.kind]}`);
    return [];
  }
  if (node.items.length > max) report(node, path, `has ${node.items.length} items; at most ${max} are allowed`);
  return node.items.slice(0, max).map((item, index) => ({ node: item, path: `${path}[${index}]` }));
}
