/**
 * What every ops command shares: where the collector is, how times are read and shown, where output goes. Commands get it as
 * an argument, so a test can give them a fixed present and read what they print.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { UnixMicros } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import { outputWidth, wantsColour } from '../../shared/io/terminal.ts';
import { wrapped } from '../core/answers/table-fit.ts';
import { parseTime } from '../core/answers/time-input.ts';
import { parseDuration } from '../core/config/values.ts';
import { connectOps, type Destination, type OpsClient } from './client.ts';
import { currentLogin } from './login-renewal.ts';
import { Logins } from './logins.ts';
import { OpsError } from './ops-error.ts';
import { type Paint, painter } from './table.ts';

export interface Runtime {
  readonly clock: Clock;
  /** IANA name of the zone that times are shown and read in. */
  readonly zone: string;
  readonly paint: Paint;
  /** Whether colour can be seen. */
  readonly colour: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Characters a line of standard output; null when that is no terminal. */
  readonly width: number | null;
  /** Resolves when the text has been taken, so that a slow reader slows us. */
  write(text: string): Promise<void>;
  /** The same for what people read: on a terminal, lines that are too long go on below, whole words at a time. */
  print(text: string): Promise<void>;
}

const DEFAULT_ADDRESS = '127.0.0.1:6767';

/** The runtime of a real process. */
export function processRuntime(clock: Clock): Runtime {
  const { stdout, env } = process;
  const width = outputWidth();
  const colour = wantsColour();
  const write = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (stdout.write(text)) resolve();
      else stdout.once('drain', resolve);
    });
  return {
    clock,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    paint: painter(colour),
    colour,
    environment: env,
    width,
    write,
    print: (text) => write(width === null ? text : foldedText(text, width)),
  };
}

const foldedText = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => wrapped(line, width, '  '))
    .join('\n');

export interface CommonFlags {
  readonly collector?: string;
  readonly json?: boolean;
}

/** The options of every command. @param output what `--json` prints, or null where there is no such choice */
export function withCommonOptions(command: Command, output: string | null): Command {
  command.option(
    '--collector <host:port>',
    `where the collector listens (DORAWATCH_COLLECTOR; where you are logged in, if that is one place; ${DEFAULT_ADDRESS})`,
    parseAddress,
  );
  return output === null ? command : command.option('--json', output);
}

const isAddress = (text: string): boolean =>
  /^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/.test(text) && Number(text.split(':').at(-1)) <= 65_535;

function parseAddress(text: string): string {
  if (isAddress(text)) return text;
  throw new InvalidArgumentError('expected HOST:PORT, 127.0.0.1:6767 say.');
}

/** Where a command's flags, the environment and the logins say that the collector is. @throws OpsError */
export async function destinationOf(flags: CommonFlags, runtime: Runtime): Promise<Omit<Destination, 'login'>> {
  if (flags.collector !== undefined) return { address: flags.collector, source: '--collector' };
  const named = runtime.environment['DORAWATCH_COLLECTOR'] ?? '';
  if (named !== '' && !isAddress(named))
    throw new OpsError(`DORAWATCH_COLLECTOR is "${named}"; expected HOST:PORT, 127.0.0.1:6767 say.`, 2);
  if (named !== '') return { address: named, source: 'DORAWATCH_COLLECTOR' };
  const [only, ...others] = await new Logins(runtime.environment).collectors();
  if (only !== undefined && others.length === 0) return { address: only, source: 'the only login' };
  return { address: DEFAULT_ADDRESS, source: 'the default' };
}

/** Runs with a connection that is closed whatever happens; a login that is due is renewed before. */
export async function withClient<Value>(
  flags: CommonFlags,
  runtime: Runtime,
  use: (client: OpsClient) => Promise<Value>,
): Promise<Value> {
  const destination = await destinationOf(flags, runtime);
  const login = await currentLogin(new Logins(runtime.environment), destination.address, runtime.clock.wall());
  const client = connectOps(destination, login, () => runtime.clock.wall() / 1000);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** An option's reader for times as people type them. */
export function timeReader(runtime: Runtime): (text: string) => UnixMicros {
  return (text) => {
    const parsed = parseTime(text, { now: runtime.clock.wall(), zone: runtime.zone });
    if (parsed.ok) return parsed.value;
    throw new InvalidArgumentError(parsed.problem);
  };
}

/** An option's reader for lengths of time ("90s", "1.5h"), in ms. @param leastMs what is shorter is refused */
export function durationReader(leastMs = 0): (text: string) => number {
  return (text) => {
    const parsed = parseDuration(text);
    if (parsed.ok && parsed.value >= leastMs) return parsed.value;
    throw new InvalidArgumentError(parsed.ok ? `expected ${leastMs}ms or more.` : `${parsed.problem}.`);
  };
}

/** The sentence on times that every help with --since needs. */
export const TIMES_HELP =
  'Times: RFC 3339 (2026-03-01T11:30:15Z), local (11:30, 11:30:15, "2026-03-01 11:30"), relative (-2h, -15m), today, yesterday.';
