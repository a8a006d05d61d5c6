/**
 * The story of the seed test, told once for the test and for the demo: a normal pair, its primary killed, the takeover, the
 * primary's return, the fail-back, and an agent ended politely. What is said along the way goes to `tell`.
 */
import { pause } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import { GROUP, type Programs } from './programs.ts';

/** How long each quiet stretch lasts, and how long to wait for the pair at most. */
export interface StoryPace {
  readonly quietMs: number;
  readonly takeoverLimitMs: number;
  readonly failBackLimitMs: number;
}

/** Short HA timers: a takeover in about six seconds. */
export const SHORT_PACE: StoryPace = { quietMs: 6_000, takeoverLimitMs: 60_000, failBackLimitMs: 90_000 };
/** The seed test's timers: heartbeat 10 s, max-response 60 s. */
export const LONG_PACE: StoryPace = { quietMs: 60_000, takeoverLimitMs: 240_000, failBackLimitMs: 300_000 };

/** Lines for a person; the test keeps quiet. */
export type Tell = (line: string) => void;

/** Starts both programs and waits until the primary is seen to serve. */
export async function beginProbing(programs: Programs, tell: Tell): Promise<void> {
  programs.startCollector();
  await programs.collector.waitForOutput(/collector ready/, 20_000);
  tell(`collector listening on ${programs.address}`);
  programs.startAgent();
  await programs.waitForGroupState('normal', 60_000);
  tell('agent probing both servers; the group is normal: the primary serves, the standby is silent by design');
}

/**
 * Kills the primary and brings it back; both deeds are marked as an operator would. What dorawatch sees is read from one
 * `events --follow`: asking for `status` again and again would load the machine that is being measured.
 */
export async function failOverAndBack(lab: Lab, programs: Programs, pace: StoryPace, tell: Tell): Promise<void> {
  const events = programs.follow('events', '--follow', '--group', GROUP, '--json');
  const seen = async (kind: string, limitMs: number): Promise<void> => {
    await events.waitForOutput(new RegExp(`"kind":"${kind}"`), limitMs);
  };
  await pause(pace.quietMs);
  await lab.primary.kill();
  tell('primary killed (kill -9)');
  await mark(programs, 'Primary server taken down', lab.events.last('killed', 'primary')?.beforeUs);
  await seen('gap', 30_000);
  tell('dorawatch sees a gap: nobody serves');
  await seen('failover', pace.takeoverLimitMs);
  tell('dorawatch sees the standby serving: failed over');
  await pause(pace.quietMs);
  lab.primary.start();
  tell('primary started again');
  await mark(programs, 'Primary is re-enabled', lab.events.last('started', 'primary')?.beforeUs);
  await lab.settled(pace.failBackLimitMs);
  await seen('fail-back', pace.failBackLimitMs);
  tell('dorawatch sees the primary serving again: failed back');
  await pause(pace.quietMs);
  await events.stop();
}

async function mark(programs: Programs, text: string, atUs = 0): Promise<void> {
  const printed = await programs.ops('mark', text, '--group', GROUP, '--at', new Date(atUs / 1000).toISOString());
  if (printed.code !== 0) throw new Error(`dorawatch mark: exit ${printed.code}: ${printed.stderr}`);
}
