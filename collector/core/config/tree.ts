/**
 * A configuration file as a tree whose every node knows its line: what the YAML reader hands over and what validation
 * reads. Validation stays pure and can name the place of each mistake.
 *
 * Rejected: validating plain objects with a schema library. The line is lost on the way, and one bad value hides the rest.
 */

/** Where a node or key begins; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The value as it is written in the file, without quotes. */
  readonly text: string;
}

export interface ListNode extends Place {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
}

export interface MapEntry extends Place {
  readonly key: string;
  readonly node: ConfigNode;
}

export interface MapNode extends Place {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export type ConfigNode = ScalarNode | ListNode | MapNode;

/** One thing wrong with a configuration. */
export interface ConfigMistake extends Place {
  /** The key it is about, as in `groups[0].servers[1].address`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what was expected, one sentence. */
  readonly message: string;
}

/** How a mistake is printed: `FILE:LINE:COLUMN: PATH: MESSAGE`, the form that editors jump to. */
export function mistakeLine(file: string, mistake: ConfigMistake): string {
  const about = mistake.path === '' ? '' : `${mistake.path}: `;
  return `${file}:${mistake.line}:${mistake.column}: ${about}${mistake.message}`;
}

/** Mistakes in the order of the file, as a person mends them. */
export function inFileOrder(mistakes: readonly ConfigMistake[]): readonly ConfigMistake[] {
  return [...mistakes].sort((a, b) => a.line - b.line || a.column - b.column);
}
