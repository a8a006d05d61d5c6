/**
 * `probe`'s flags, read into a plan: perfdhcp's letters with perfdhcp's meaning where that makes sense. Every mistake is
 * found before the first packet, and all of them are told at once.
 */
import { identitiesNeeded } from '../../shared/core/assignment.ts';
import type { ExchangeKind } from '../../shared/core/outcome.ts';
import { type MacBase, macBase } from '../core/identity.ts';
import { IDENTITIES_MAX, WINDOW_IDENTITIES } from '../core/probe-limits.ts';
import type { ProbeFlags } from './flags.ts';
import { type Abort, macOf, type RawOption, readAbort, readNumber, readOption, readServer } from './values.ts';

/** What a probe will do. */
export interface ProbePlan {
  readonly server: string;
  readonly kind: ExchangeKind;
  /** Exchanges due before the end; undefined: no such end. */
  readonly exchanges: number | undefined;
  /** Seconds before the end; undefined: no such end. */
  readonly periodSeconds: number | undefined;
  /** Exchanges a second; undefined: as fast as answers come, `clients` at a time at most. */
  readonly ratePerSecond: number | undefined;
  readonly clients: number;
  readonly dropTimeMs: number;
  readonly abort: Abort | undefined;
  /** To wait for late answers when all exchanges have ended. */
  readonly exitWaitUs: number;
  /** Between interim lines. */
  readonly reportSeconds: number | undefined;
  readonly preload: number;
  /** Address or interface name to send from; undefined: by route. */
  readonly local: string | undefined;
  readonly localPort: number;
  readonly serverPort: number;
  readonly broadcast: boolean;
  readonly firstServer: boolean;
  readonly unique: boolean;
  readonly macBase: MacBase;
  readonly options: readonly RawOption[];
  /** Letters of -x. */
  readonly diagnostics: string;
  readonly keepLeases: boolean;
  readonly json: boolean;
  readonly eachExchange: boolean;
}

/** A plan, or everything that is wrong with the flags. */
export type PlanResult =
  | { readonly kind: 'plan'; readonly plan: ProbePlan; readonly notes: readonly string[] }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] };

const DHCP_PORT = 67;
/** perfdhcp's. */
const DROP_TIME_SECONDS = 1;

/** Reads flags. `host` names this machine: the identities are derived from it. */
export function planProbe(server: string, flags: ProbeFlags, host: string): PlanResult {
  const mistakes: string[] = [];
  const wrong = (text: string): undefined => {
    mistakes.push(text);
    return undefined;
  };
  const number = (name: keyof ProbeFlags & string, fields: Omit<Parameters<typeof readNumber>[1], 'flag'>) =>
    readNumber(single(flags, name, wrong), { flag: FLAG_OF[name] ?? name, ...fields }, wrong);

  const ratePerSecond = number('rate', { above: 0 });
  const dropSeconds = number('dropTime', { above: 0, most: 3600 }) ?? DROP_TIME_SECONDS;
  const periodSeconds = number('period', { above: 0 });
  const exchanges = number('count', { least: 1, whole: true });
  const needed = ratePerSecond === undefined ? WINDOW_IDENTITIES : identitiesNeeded(ratePerSecond, dropSeconds * 1000);
  const clients = number('clients', { least: 1, most: IDENTITIES_MAX, whole: true });
  const seed = number('seed', { least: 0, whole: true });
  const port = (name: 'localPort' | 'serverPort'): number =>
    number(name, { least: 0, most: 65_535, whole: true }) || DHCP_PORT;
  const once = ratePerSecond === undefined && periodSeconds === undefined && exchanges === undefined;
  const plan: ProbePlan = {
    server,
    kind: flags.discoverOnly === true ? 'do' : 'dora',
    exchanges: once ? 1 : exchanges,
    periodSeconds,
    ratePerSecond,
    clients: clients ?? Math.min(IDENTITIES_MAX, needed),
    dropTimeMs: dropSeconds * 1000,
    abort: readAbort(single(flags, 'maxDrop', wrong), wrong),
    exitWaitUs: number('exitWait', { least: 0, whole: true }) ?? 0,
    reportSeconds: number('report', { above: 0 }),
    preload: number('preload', { least: 0, most: 65_536, whole: true }) ?? 0,
    local: single(flags, 'local', wrong),
    localPort: port('localPort'),
    serverPort: port('serverPort'),
    broadcast: flags.broadcast === true,
    firstServer: flags.firstServer === true,
    unique: flags.unique === true,
    macBase: macOf(flags.base ?? [], wrong) ?? macBase(`probe ${host} ${seed ?? ''}`, server),
    options: (flags.option ?? []).map((text) => readOption(text, wrong)).filter((option) => option !== undefined),
    diagnostics: (flags.diagnostics ?? []).join(''),
    keepLeases: flags.keepLeases === true,
    json: flags.json === true,
    eachExchange: flags.exchanges === true,
  };
  readServer(server, wrong);
  if (/[^aeilstT]/.test(plan.diagnostics)) wrong(`-x ${plan.diagnostics}: the letters are a e i l s t T`);
  if (plan.eachExchange && !plan.json) wrong('--exchanges: goes with --json');
  return mistakes.length > 0
    ? { kind: 'mistakes', mistakes }
    : { kind: 'plan', plan, notes: notesOn(plan, flags, needed) };
}

/** The letters that people know, for messages. */
const FLAG_OF: Readonly<Partial<Record<keyof ProbeFlags, string>>> = {
  count: '-n',
  rate: '-r',
  clients: '-R',
  period: '-p',
  dropTime: '-d',
  maxDrop: '-D',
  exitWait: '-W',
  report: '-t',
  local: '-l',
  localPort: '-L',
  serverPort: '-N',
  preload: '-P',
  seed: '-s',
};

/** perfdhcp takes some flags twice, once a stage; an exchange here is one thing with one limit of each kind. */
const TWICE: Readonly<Partial<Record<keyof ProbeFlags, string>>> = {
  dropTime: 'one drop time holds for the whole exchange',
  count: 'exchanges are counted whole',
  maxDrop: 'drops of both stages count together',
};

function single(flags: ProbeFlags, name: keyof ProbeFlags, wrong: (text: string) => undefined): string | undefined {
  const values = flags[name];
  if (!Array.isArray(values)) return undefined;
  const [first, second] = values as readonly string[];
  if (second !== undefined) return wrong(`${FLAG_OF[name] ?? name} is given twice: ${TWICE[name] ?? 'give it once'}`);
  return first;
}

function notesOn(plan: ProbePlan, flags: ProbeFlags, needed: number): readonly string[] {
  const notes: string[] = [];
  if (flags.exitWait !== undefined && plan.exitWaitUs < 1000)
    notes.push(
      `-W ${plan.exitWaitUs} is ${plan.exitWaitUs} microseconds, as in perfdhcp. No harm: this probe waits for its last answers (-d) by itself, and -W only adds time for late ones.`,
    );
  if (plan.ratePerSecond !== undefined && plan.clients < needed)
    notes.push(
      `-R ${plan.clients} is fewer than rate × drop time need (${needed}): when the server is silent, exchanges will find no free identity and count as unsent.`,
    );
  if (plan.localPort !== DHCP_PORT)
    notes.push(
      `-L ${plan.localPort}: answers come to giaddr:67 unless the server knows RFC 8357; 82.19 is sent to ask for it.`,
    );
  return notes;
}
