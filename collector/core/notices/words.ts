/** Small pieces of the sentences that notices are told with. */

export const capitalised = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** "a", "a and b", "a, b and c" */
export function listText(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** "1 site", "3 sites" */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
