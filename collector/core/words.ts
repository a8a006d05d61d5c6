/** Small pieces of the sentences that findings are told with. */

/** "primary" at the beginning of a sentence. */
export const capitalised = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** @returns names in a row, the first few of many: "3, 7 and 11", "a, b, c and 57 more" */
export function listText(names: readonly (string | number)[], most = 4): string {
  const shown = names.slice(0, names.length > most ? most - 1 : most).map(String);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** "1 site", "3 sites" */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
