/**
 * A command line as its completion scripts see it: commands, their options, and what may stand for a value. The three scripts
 * (bash, zsh, fish) are made from this one tree, so that an option is never known to one shell alone.
 *
 * Rejected: a script that asks the program at every Tab. Starting Node takes longer than a hand waits; only names that the
 * collector knows are asked for.
 */

/** What may stand for a value. "names" are asked of the collector by the program's hidden `complete` command. */
export type Values =
  | { readonly kind: 'text' }
  | { readonly kind: 'file' }
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'names'; readonly of: 'groups' | 'sites' | 'servers' | 'agents' | 'people' };

export interface OptionWords {
  /** "--count" and "-n", as typed; at least one. */
  readonly flags: readonly string[];
  readonly description: string;
  /** null: it takes none. */
  readonly value: Values | null;
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  readonly commands: readonly CommandWords[];
  /** Of its first argument; null: it has none, or commands instead. */
  readonly argument: Values | null;
}

/** A command where it stands: "" for the program itself, then " import", " import perfdhcp". */
export interface Place {
  readonly place: string;
  readonly command: CommandWords;
}

/** Every command of the tree, the program first. */
export function placesOf(command: CommandWords, place = ''): readonly Place[] {
  return [{ place, command }, ...command.commands.flatMap((one) => placesOf(one, `${place} ${one.name}`))];
}

/** A text between single quotes, as bash and zsh read it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** "dorawatch-agent" → "_dorawatch_agent", a name that every shell takes for a function. */
export const functionName = (program: string): string => `_${program.replaceAll('-', '_')}`;
