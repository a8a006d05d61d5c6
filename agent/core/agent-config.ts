/**
 * The few settings an agent has of its own: where its collector is and which site it stands at (from its enrolment, where it has
 * one), where it keeps its state. All else is pushed to it. Rejected: a configuration file on every site host; hundreds of files to keep alike.
 */

import { type HttpProxy, readProxy } from '../../shared/core/proxy.ts';
import type { KeptEnrolment } from './enrolment.ts';
import { SPOOL_AGE_BOUNDS, SPOOL_AGE_MAX_MS, SPOOL_BYTES_BOUNDS, SPOOL_BYTES_MAX } from './stream-limits.ts';

/** Where the collector listens when nobody says otherwise. */
const DEFAULT_PORT = 6767;
/** Where name, spool and enrolment are when nobody says otherwise: where systemd puts it. */
export const DEFAULT_STATE = '/var/lib/dorawatch-agent';
/** Where its metrics are when nobody says otherwise: for this host alone. */
export const DEFAULT_METRICS = '127.0.0.1:6769';
const MAX_NAME_LENGTH = 64;

/** As typed. */
export interface AgentFlags {
  readonly collector?: string | undefined;
  readonly site?: string | undefined;
  readonly state: string;
  readonly id?: string | undefined;
  readonly spoolBytes?: string | undefined;
  readonly spoolAge?: string | undefined;
  readonly metrics?: string | undefined;
  readonly proxy?: string | undefined;
}

/** Where to listen. */
export interface ListenAddress {
  /** A name or an address; IPv6 in brackets. */
  readonly host: string;
  /** 0: the kernel chooses. */
  readonly port: number;
}

export interface AgentConfig {
  /** host:port; an IPv6 host in brackets. */
  readonly collector: string;
  readonly site: string;
  readonly stateDirectory: string;
  /** The agent's name; null: the one in the state directory, or a new one. */
  readonly id: string | null;
  /** Bounds of the spool; absent: SPOOL_BYTES_MAX and SPOOL_AGE_MAX_MS. */
  readonly spoolBytes?: number | undefined;
  readonly spoolAgeMs?: number | undefined;
  /** Where its metrics are served; absent: nowhere. */
  readonly metrics?: ListenAddress | undefined;
  /** Absent: straight. */
  readonly proxy?: HttpProxy | undefined;
  /** Absent: plain text, as nobody in particular. */
  readonly enrolment?: KeptEnrolment | undefined;
}

/** What else the settings come from. */
export interface Surroundings {
  readonly enrolment: KeptEnrolment | null;
  /** DORAWATCH_PROXY; empty: not set. */
  readonly proxy: string;
}

/** The settings, or every mistake in them, each a sentence that names its flag. */
export function readAgentFlags(flags: AgentFlags, around: Surroundings): AgentConfig | readonly string[] {
  const { enrolment } = around;
  const site = flags.site ?? enrolment?.site;
  const collector = readAddress(flags.collector ?? enrolment?.collector ?? '');
  const proxy = readProxyFlag(flags.proxy, around);
  const metrics = readListen(flags.metrics);
  const mistakes = [
    ...(enrolment === null ? unenrolledMistakes(flags) : contradictions(flags, enrolment)),
    typeof proxy === 'string' ? proxy : undefined,
    flags.id === undefined ? undefined : nameMistake('--id', flags.id),
    sizeMistake(flags.spoolBytes),
    ageMistake(flags.spoolAge),
    metrics === null ? `--metrics takes HOST:PORT or "off", not "${flags.metrics}"` : undefined,
    flags.state === '' ? '--state takes a directory' : undefined,
  ].filter((mistake) => mistake !== undefined);
  if (collector === undefined || site === undefined || typeof proxy === 'string' || mistakes.length > 0)
    return mistakes;
  const spool = {
    spoolBytes: readSize(flags.spoolBytes) ?? SPOOL_BYTES_MAX,
    spoolAgeMs: readAge(flags.spoolAge) ?? SPOOL_AGE_MAX_MS,
  };
  const own = { site, stateDirectory: flags.state, id: flags.id ?? null };
  const way = { proxy: proxy ?? undefined, enrolment: enrolment ?? undefined };
  return { collector, ...own, ...spool, metrics: metrics ?? undefined, ...way };
}

function unenrolledMistakes({ collector, site }: AgentFlags): readonly (string | undefined)[] {
  const needed = 'this agent is not enrolled (dorawatch-agent join), so `run` needs';
  return [
    collector === undefined ? `${needed} --collector HOST:PORT` : collectorMistake(collector),
    site === undefined ? `${needed} --site NAME` : nameMistake('--site', site),
  ];
}

export const collectorMistake = (text: string): string | undefined =>
  readAddress(text) === undefined
    ? `--collector takes HOST:PORT (an IPv6 address in brackets), not "${text}"`
    : undefined;

/** What was typed beside what the enrolment says: where they differ, one of them is wrong. */
function contradictions(flags: AgentFlags, enrolment: KeptEnrolment): readonly (string | undefined)[] {
  const advice = 'leave it out, or enrol anew (dorawatch-agent join --again)';
  const differs = (flag: string, typed: string | undefined, known: string) =>
    typed === undefined || typed === known
      ? undefined
      : `${flag} ${typed} contradicts the enrolment of this agent (${known}): ${advice}`;
  const typed = flags.collector === undefined ? undefined : (readAddress(flags.collector) ?? flags.collector);
  return [
    differs('--collector', typed, enrolment.collector),
    differs('--site', flags.site, enrolment.site),
    differs('--id', flags.id, enrolment.agent),
  ];
}

/**
 * The flag goes before the environment, and that before the enrolment. A password belongs into the environment alone: flags are for
 * everybody on the host to read.
 * @returns null: none; a string: what is wrong
 */
export function readProxyFlag(
  typed: string | undefined,
  { proxy: set, enrolment }: Surroundings,
): HttpProxy | null | string {
  const text = typed ?? (set === '' ? enrolment?.proxy : set);
  if (text === undefined || text === null || text === 'off') return null;
  const name = typed === undefined ? 'DORAWATCH_PROXY' : '--proxy';
  const proxy = readProxy(text);
  if (proxy === undefined) return `${name} takes http://HOST:PORT or "off"`;
  if (typed !== undefined && proxy.login !== null)
    return '--proxy takes no password, which everybody on this host could read: give it in DORAWATCH_PROXY (http://USER:PASSWORD@HOST:PORT)';
  return proxy;
}

const SIZES: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const AGES: Readonly<Record<string, number>> = { s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** "64MiB" as bytes; undefined when it is no size, or absent. */
function readSize(text = ''): number | undefined {
  const [, figure, unit = ''] = /^(\d{1,12})\s*(KiB|MiB|GiB)?$/.exec(text) ?? [];
  return figure === undefined ? undefined : Number(figure) * (SIZES[unit] ?? 1);
}

/** "7d" as milliseconds; undefined when it is no span, or absent. */
function readAge(text = ''): number | undefined {
  const [, figure, unit = ''] = /^(\d{1,9})\s*(s|min|h|d)$/.exec(text) ?? [];
  return figure === undefined ? undefined : Number(figure) * (AGES[unit] ?? 1);
}

function sizeMistake(text: string | undefined): string | undefined {
  const bytes = readSize(text);
  const { min, max } = SPOOL_BYTES_BOUNDS;
  if (text === undefined || (bytes !== undefined && bytes >= min && bytes <= max)) return undefined;
  return `--spool-bytes takes a size from 1MiB to 64GiB, such as 256MiB, not "${text}"`;
}

function ageMistake(text: string | undefined): string | undefined {
  const ageMs = readAge(text);
  const { min, max } = SPOOL_AGE_BOUNDS;
  if (text === undefined || (ageMs !== undefined && ageMs >= min && ageMs <= max)) return undefined;
  return `--spool-age takes a span from 1min to 365d, such as 7d, not "${text}"`;
}

/** @returns undefined: nowhere; null: what was typed is no address */
function readListen(text = DEFAULT_METRICS): ListenAddress | undefined | null {
  if (text === 'off') return undefined;
  const [, host, port] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text) ?? [];
  return host === undefined || Number(port) > 65_535 ? null : { host, port: Number(port) };
}

export function readAddress(text: string): string | undefined {
  const [, host, port = String(DEFAULT_PORT)] =
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return `${host}:${Number(port)}`;
}

/** Names become table columns and tags: no spaces, no control characters, nothing that a shell would take apart. */
export function nameMistake(flag: string, name: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && name.length <= MAX_NAME_LENGTH) return undefined;
  return `${flag} takes a name of up to ${MAX_NAME_LENGTH} letters, digits, ".", "_" and "-", not "${name}"`;
}
