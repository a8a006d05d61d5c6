/**
 * What a view asks the collector for, as state: the last answer stays in sight while a newer one is fetched, and an answer
 * that comes after the question has changed is let go.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../core/problem.ts';
import { ask } from './api.ts';

export interface Asked<Shape> {
  readonly value: Shape | null;
  readonly problem: Problem | null;
  /** Whether what is in `value` answers another question than the one that is being asked. */
  readonly isOld: boolean;
}

interface Held<Shape> {
  readonly url: string;
  readonly value: Shape | null;
  readonly problem: Problem | null;
}

/** @param url null: nothing is asked @param round asked again whenever it changes */
export function useAsked<Shape>(url: string | null, round: number): Asked<Shape> {
  const [held, setHeld] = useState<Held<Shape>>({ url: '', value: null, problem: null });
  useEffect(() => {
    if (url === null) return;
    let isWanted = true;
    ask<Shape>(url).then((answer) => {
      if (!isWanted) return;
      setHeld((before) =>
        answer.ok
          ? { url, value: answer.value, problem: null }
          : { url: before.url, value: before.value, problem: answer.problem },
      );
    });
    return () => {
      isWanted = false;
    };
    // `round` is not read: it only says when to ask again.
  }, [url, round]);
  return { value: held.value, problem: held.problem, isOld: url !== null && held.url !== url };
}
