/** Who is at the page, as state: asked at the start, and again whenever the stream was lost, since it also ends when a login does. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Who, type Whoami, whoAfter } from '../core/who.ts';
import { apiUrl, ask, tell } from './api.ts';

export interface Doorkeeping {
  readonly who: Who;
  /** Asks the collector again. */
  readonly askAgain: () => void;
  /** @returns why not; null: in */
  readonly logIn: (token: string) => Promise<string | null>;
  readonly logOut: () => void;
}

export function useWho(): Doorkeeping {
  const [who, setWho] = useState<Who>({ kind: 'asking' });
  const askAgain = useCallback(async () => {
    const answer = await ask<Whoami>(apiUrl('whoami'));
    const [status, whoami] = answer.ok ? [200, answer.value] : [answer.problem.status, null];
    setWho((before) => whoAfter(before, status, whoami));
  }, []);
  useEffect(() => void askAgain(), [askAgain]);
  const logIn = async (token: string): Promise<string | null> => {
    const answer = await tell<Whoami>('login', { token });
    if (!answer.ok) return answer.problem.title;
    setWho({ kind: 'let-in', whoami: answer.value });
    return null;
  };
  const logOut = (): void => {
    void tell('logout', {}).then(() => setWho({ kind: 'stranger', over: false }));
  };
  return { who, askAgain, logIn, logOut };
}
