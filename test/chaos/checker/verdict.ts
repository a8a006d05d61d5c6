/** All judgements together, and the one line that they come to. */
import type { Evidence } from './evidence.ts';
import { type ExchangeVerdict, judgeExchanges } from './exchanges.ts';
import { judgeTransitions, type TransitionVerdict } from './transitions.ts';

export interface Verdict {
  readonly exchanges: ExchangeVerdict;
  readonly transitions: TransitionVerdict;
  /** Whether it is the row of zeros. */
  readonly isClean: boolean;
}

export function judge(evidence: Evidence): Verdict {
  const exchanges = judgeExchanges(evidence);
  const transitions = judgeTransitions(evidence);
  const faults = [exchanges.lost, exchanges.duplicated, exchanges.invented, transitions.missed, transitions.invented];
  return { exchanges, transitions, isClean: faults.every((count) => count === 0) };
}

/** `exchanges 2412, lost 0, duplicated 0, invented 0, transitions missed 0, transitions invented 0` */
export function verdictLine({ exchanges, transitions }: Verdict): string {
  const { lost, duplicated, invented } = exchanges;
  const told = `transitions missed ${transitions.missed}, transitions invented ${transitions.invented}`;
  return `exchanges ${exchanges.exchanges}, lost ${lost}, duplicated ${duplicated}, invented ${invented}, ${told}`;
}

/** What went wrong, a line each, and what was left out of the counts and why. */
export function verdictNotes({ exchanges, transitions }: Verdict): readonly string[] {
  const excused = `${exchanges.excused} exchanges went with an agent that was killed, or were shed and said so`;
  const seen = `servers began or ceased to answer ${transitions.moments} times, ${transitions.seen} of them seen by some site undisturbed`;
  return [...exchanges.said, ...transitions.said, excused, seen];
}
