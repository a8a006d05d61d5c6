/**
 * Which tables a LevelDB manifest names: the files that an opening will keep. Every other table is thrown away by it, or
 * written over when its number comes round again. Read as far as it goes, without checksums: it decides what is linked and
 * what is copied before an opening, nothing else. Format: doc/log_format.md and db/version_edit.cc of LevelDB.
 * Rejected: copying everything before each opening; tables are the bulk, and nearly always all of them are named.
 */

const BLOCK_BYTES = 32 * 1024;
const HEAD_BYTES = 7;
/** Record types: a whole edit, or its first, middle and last part. */
const [FULL, FIRST, LAST] = [1, 2, 4];

/** @returns numbers of the tables; what a torn or damaged manifest no longer tells is missing */
export function namedTables(manifest: Uint8Array): ReadonlySet<number> {
  const tables = new Set<number>();
  for (const edit of edits(manifest)) readEdit(edit, tables);
  return tables;
}

function* edits(manifest: Uint8Array): Iterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  for (let at = 0; at + HEAD_BYTES <= manifest.length; ) {
    const left = BLOCK_BYTES - (at % BLOCK_BYTES);
    if (left < HEAD_BYTES) {
      at += left;
      continue;
    }
    const length = (manifest[at + 4] ?? 0) + 256 * (manifest[at + 5] ?? 0);
    const type = manifest[at + 6] ?? 0;
    at += HEAD_BYTES + length;
    if (at > manifest.length) return;
    if (type === FULL || type === FIRST) parts = [];
    parts.push(manifest.subarray(at - length, at));
    if (type === FULL || type === LAST) yield Buffer.concat(parts);
  }
}

/** Numbers in an edit's fields, by tag; a field of text is a length and as many bytes. */
const FIELDS: Readonly<Record<number, string>> = {
  1: 't',
  2: 'n',
  3: 'n',
  4: 'n',
  5: 'nt',
  6: 'nn',
  7: 'nnntt',
  9: 'n',
};
const [DELETED, ADDED] = [6, 7];

function readEdit(edit: Uint8Array, tables: Set<number>): void {
  let at = 0;
  const number = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const octet = edit[at] ?? 0;
      at += 1;
      value += (octet & 127) * scale;
      scale *= 128;
      if (octet < 128) return value;
    }
  };
  while (at < edit.length) {
    const tag = number();
    const fields = FIELDS[tag];
    if (fields === undefined) return;
    const numbers: number[] = [];
    for (const kind of fields) {
      if (kind === 'n') numbers.push(number());
      else at += number();
    }
    if (tag === ADDED) tables.add(numbers[1] ?? 0);
    if (tag === DELETED) tables.delete(numbers[1] ?? 0);
  }
}
