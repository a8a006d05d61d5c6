/**
 * Questions take turns: one is answered in each round of the event loop, in the order in which they came, so that what agents
 * report is read in between however many pages ask at once. Who asks what somebody else is waiting for gets the same answer; it
 * is made after both asked, so it is never old. Rejected: a cache, whose answers lack what was found a moment ago.
 */
import { setImmediate as nextRound } from 'node:timers/promises';

export class Turns<Answer> {
  /** Resolves when everybody who came before has begun. As long as the connections' bound allows. */
  #last: Promise<unknown> = Promise.resolve();
  /** Questions whose turn has not come. */
  readonly #waiting = new Map<string, Promise<Answer>>();

  /** @param question what tells it apart; null: it is answered for its asker alone @throws what `answer` throws */
  ask(question: string | null, answer: () => Promise<Answer>): Promise<Answer> {
    const shared = question === null ? undefined : this.#waiting.get(question);
    if (shared !== undefined) return shared;
    const turn = this.#last.then(() => nextRound());
    this.#last = turn;
    const answered = turn.then(() => {
      if (question !== null) this.#waiting.delete(question);
      return answer();
    });
    if (question !== null) this.#waiting.set(question, answered);
    return answered;
  }
}
