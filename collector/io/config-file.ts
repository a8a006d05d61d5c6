/**
 * Reads the YAML file into a located tree. The only file that knows the YAML package: it hands on lines and columns
 * because a mistake without its line is not a message.
 *
 * Multi-document files, custom tags and merge keys are refused: a configuration says one thing.
 */
import { readFile, stat } from 'node:fs/promises';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { type ConfigVerdict, readCollectorConfig } from '../core/config/collector-config.ts';
import { ALIASED_MAX, FILE_MAX_BYTES, MISTAKES_MAX } from '../core/config/limits.ts';
import type { ConfigMistake, ConfigNode, MapEntry, Place } from '../core/config/tree.ts';

/** A configuration file that cannot be read at all. `code` is Node's (ENOENT, EACCES …) or TOO_LARGE. */
export class ConfigFileError extends Error {
  readonly code: string;
  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConfigFileError';
    this.code = code;
  }
}

/** A judged file: its own text beside the verdict. */
export interface ConfigFile {
  readonly text: string;
  readonly verdict: ConfigVerdict;
}

/** @throws ConfigFileError when the file cannot be read */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readText(path);
  return { text, verdict: judgeConfigText(text) };
}

/** Judges YAML text; syntax mistakes hide the rest, since nothing can be said about keys that were not understood. */
export function judgeConfigText(text: string): ConfigVerdict {
  const lines = new LineCounter();
  // Excerpts cost the whole text for each mistake, and are cut off anyway.
  const options = { version: '1.2', logLevel: 'error', stringKeys: true, prettyErrors: false } as const;
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const problems = [...document.errors, ...document.warnings];
  if (problems.length > 0) {
    const mistakes = problems.slice(0, MISTAKES_MAX).map((error): ConfigMistake => {
      const place = placeOf(lines, error.pos[0]);
      return { ...place, path: '', message: `YAML: ${problemOf(error)}` };
    });
    return { ok: false, mistakes };
  }
  if (document.contents === null) {
    return {
      ok: false,
      mistakes: [{ line: 1, column: 1, path: '', message: 'the file is empty; see the examples in deploy/' }],
    };
  }
  const walk: Walk = { lines, anchors: new Map(), aliased: 0 };
  const root = nodeOf(document.contents, walk, 0, false);
  if (walk.aliased > ALIASED_MAX) {
    const message = `its aliases (*name) stand for more than ${ALIASED_MAX} values; write out what is meant`;
    return { ok: false, mistakes: [{ line: 1, column: 1, path: '', message }] };
  }
  return readCollectorConfig(root);
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > FILE_MAX_BYTES)
      throw new ConfigFileError(`${path} has ${size} octets; at most ${FILE_MAX_BYTES}`, 'TOO_LARGE');
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof ConfigFileError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN';
    throw new ConfigFileError(`cannot read the configuration ${path}: ${reasonOf(code)}`, code, cause);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
};
const reasonOf = (code: string): string => REASONS[code] ?? code;

/** The parser's sentence, except where it advises a programmer and not the person who wrote the file. */
const problemOf = (error: { code: string; message: string }): string =>
  error.code === 'MULTIPLE_DOCS' ? 'a second document ("---") begins here; one is expected' : firstLine(error.message);

/** The parser's first sentence; of its own stack it says nothing that helps. */
const firstLine = (message: string): string =>
  /call stack/.test(message) ? 'values are nested too deeply' : (message.split('\n')[0] ?? message);

function placeOf(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Aliases and nesting deeper than any configuration are read as an empty value, which validation then reports. */
const DEPTH_MAX = 16;

interface Walk {
  readonly lines: LineCounter;
  /** What each name last stood for, in the order of the file. The parser's own search goes through the whole file for each alias. */
  readonly anchors: Map<string, unknown>;
  /** Nodes read through aliases so far: a line that names the one before several times doubles what is read. */
  aliased: number;
}

function nodeOf(node: unknown, walk: Walk, depth: number, isAliased: boolean): ConfigNode {
  const offset = hasRange(node) ? node.range[0] : 0;
  const place = placeOf(walk.lines, offset);
  if (isAliased) walk.aliased += 1;
  if (depth > DEPTH_MAX || node === null || walk.aliased > ALIASED_MAX)
    return { kind: 'scalar', ...place, value: null, text: '' };
  if (isAlias(node)) return nodeOf(walk.anchors.get(node.source) ?? null, walk, depth + 1, true);
  if (!isAliased && isNode(node) && node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (isSeq(node)) {
    return { kind: 'list', ...place, items: node.items.map((item) => nodeOf(item, walk, depth + 1, isAliased)) };
  }
  if (isMap(node)) {
    const entries = node.items.map((pair): MapEntry => {
      const keyPlace = placeOf(walk.lines, hasRange(pair.key) ? pair.key.range[0] : offset);
      const value = nodeOf(pair.value, walk, depth + 1, isAliased);
      // An absent value has no place of its own: its key's is the one to look at.
      const located = pair.value === null || value.line < keyPlace.line ? { ...value, ...keyPlace } : value;
      return { ...keyPlace, key: isScalar(pair.key) ? String(pair.key.value) : String(pair.key), node: located };
    });
    return { kind: 'map', ...place, entries };
  }
  const value = isScalar(node) ? node.value : null;
  const scalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  const source = isScalar(node) && typeof scalar !== 'string' ? node.source : undefined;
  return { kind: 'scalar', ...place, value: scalar, text: source ?? String(scalar ?? '') };
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
