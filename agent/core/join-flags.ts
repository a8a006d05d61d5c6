/** What `dorawatch-agent join` was told, judged: every mistake a sentence that names its flag. */
import type { HttpProxy } from '../../shared/core/proxy.ts';
import { collectorMistake, nameMistake, readAddress, readProxyFlag } from './agent-config.ts';

/** As typed, and what the environment has instead. */
export interface JoinFlags {
  readonly collector: string;
  readonly token?: string | undefined;
  readonly state: string;
  readonly id?: string | undefined;
  readonly proxy?: string | undefined;
  readonly again?: boolean | undefined;
}

export interface JoinWish {
  /** host:port; an IPv6 host in brackets. */
  readonly collector: string;
  readonly token: string;
  readonly stateDirectory: string;
  /** Null: the name in the state directory, or a new one. */
  readonly id: string | null;
  readonly proxy: HttpProxy | null;
  /** What is there already is replaced. */
  readonly again: boolean;
}

/** @param environment DORAWATCH_TOKEN and DORAWATCH_PROXY; empty: not set */
export function readJoinFlags(
  flags: JoinFlags,
  environment: { readonly token: string; readonly proxy: string },
): JoinWish | readonly string[] {
  const collector = readAddress(flags.collector);
  const token = flags.token ?? environment.token;
  const proxy = readProxyFlag(flags.proxy, { proxy: environment.proxy, enrolment: null });
  const mistakes = [
    collectorMistake(flags.collector),
    token === ''
      ? 'a token is needed: --token T, or DORAWATCH_TOKEN (dorawatch token create --site SITE prints one)'
      : undefined,
    flags.id === undefined ? undefined : nameMistake('--id', flags.id),
    flags.state === '' ? '--state takes a directory' : undefined,
    typeof proxy === 'string' ? proxy : undefined,
  ].filter((mistake) => mistake !== undefined);
  if (collector === undefined || typeof proxy === 'string' || mistakes.length > 0) return mistakes;
  const own = { token, stateDirectory: flags.state, id: flags.id ?? null };
  return { collector, ...own, proxy, again: flags.again ?? false };
}
