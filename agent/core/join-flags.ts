/** What `dorawatch-agent join` was told, judged: every mistake a sentence that names its flag. */
import type { HttpProxy } from '../../shared/core/proxy.ts';
import { collectorMistake, nameMistake, readAddress, readProxyFlag } from './agent-config.ts';

/** As typed, and what the environment has instead. */
export interface JoinFlags {
  readonly collector: string;
  readonly token?: string | undefined;
  /** Paths, instead of a token. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
  readonly state: string;
  readonly id?: string | undefined;
  readonly proxy?: string | undefined;
  readonly again?: boolean | undefined;
}

export interface JoinWish {
  /** host:port; an IPv6 host in brackets. */
  readonly collector: string;
  /** Empty: it was given files. */
  readonly token: string;
  /** An outside CA's certificate, its key, and the CAs that the collector's may be from; paths. Null: there is a token. */
  readonly given: { readonly certificate: string; readonly key: string; readonly ca: string } | null;
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
    waysMistake(flags, token),
    flags.id === undefined ? undefined : nameMistake('--id', flags.id),
    flags.state === '' ? '--state takes a directory' : undefined,
    typeof proxy === 'string' ? proxy : undefined,
  ].filter((mistake) => mistake !== undefined);
  if (collector === undefined || typeof proxy === 'string' || mistakes.length > 0) return mistakes;
  const { certificate, key, ca } = flags;
  const given = certificate === undefined || key === undefined || ca === undefined ? null : { certificate, key, ca };
  const own = { token: given === null ? token : '', given, stateDirectory: flags.state, id: flags.id ?? null };
  return { collector, ...own, proxy, again: flags.again ?? false };
}

function waysMistake({ token: typed, certificate, key, ca }: JoinFlags, token: string): string | undefined {
  const given = [certificate, key, ca].filter((path) => path !== undefined).length;
  if (given === 3) return typed === undefined ? undefined : '--token and --certificate are two ways in; give one';
  if (given > 0) return '--certificate, --key and --ca go together';
  if (token !== '') return undefined;
  return 'a token is needed: --token T, or DORAWATCH_TOKEN (dorawatch token create --site SITE prints one)';
}
