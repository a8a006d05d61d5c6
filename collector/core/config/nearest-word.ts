/**
 * The known word nearest to a misspelt one, for "did you mean". Edit distance counts a swap of neighbours as one slip
 * (optimal string alignment), because that is how people misspell.
 */

function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, at(i - 2, j - 2) + 1);
      rows[i]?.push(best);
    }
  }
  return at(a.length, b.length);
}

/** The nearest of `known` when it is near enough to be meant (a third of its letters at most, or its beginning), else null. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '_');
  // Input of any length comes here; a long word is near to nothing.
  if (word.length > 40) return null;
  // A beginning is meant too: "corsham" for "corsham-dhcp".
  const begun = known.filter((candidate) => word.length >= 3 && plain(candidate).startsWith(plain(word)));
  if (begun.length === 1) return begun[0] ?? null;
  const ranked = known.map((candidate) => ({ candidate, edits: distance(plain(word), plain(candidate)) }));
  ranked.sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(2, best.candidate.length / 3) ? best.candidate : null;
}
