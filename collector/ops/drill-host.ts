/**
 * A drill's outside: the collector, a shell for its commands, the operator at the terminal, and Ctrl-C. The first Ctrl-C ends the
 * drill in good order (where things stand, the way back); a second one ends the program as ever.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import type { PlannedView } from '../../shared/core/ops-view.ts';
import { afterUs } from '../../shared/core/units.ts';
import type { OpsClient } from './client.ts';
import type { DrillHost } from './drill-run.ts';
import { OpsError } from './ops-error.ts';
import type { Runtime } from './runtime.ts';
import { waitFor } from './waiting.ts';

/** How it was asked for. */
export interface DrillHostOptions {
  readonly client: OpsClient;
  readonly runtime: Runtime;
  readonly group: string;
  readonly ref: string | null;
  readonly actor: string | null;
  /** A whole wait for one answer of a person, ms. */
  readonly answerMs: number;
}

/** `close` gives Ctrl-C back its own meaning. */
export interface OpenDrillHost extends DrillHost {
  close(): void;
}

export function openDrillHost(options: DrillHostOptions): OpenDrillHost {
  const { client, runtime, group, ref, actor } = options;
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const screen = screenOf();
  const about = { group, server: null, site: null, since: null, until: null, actor, ref };
  return {
    now: () => runtime.clock.wall(),
    interrupted: interruption.signal,
    state: async () => {
      const { groups } = await client.ask('State', { group });
      const [view] = groups;
      if (view === undefined) throw new OpsError(`there is no group "${group}"`, 2);
      return view;
    },
    mark: async (text, server, at) => {
      await client.ask('AddMark', { text, at, group, server, site: null, actor, ref });
    },
    raiseSecs: async (for_ms) => {
      await client.ask('RaiseSecs', { group, for_ms, actor });
    },
    beginMaintenance: async (for_ms) => {
      const { maintenance } = await client.ask('Maintenances', {});
      const until = afterUs(runtime.clock.wall(), for_ms * 1000);
      if (maintenance.some(({ period }) => isPersonsOwn(period, group) && period.since <= until)) return false;
      await client.ask('StartMaintenance', { ...about, for_ms, text: 'Drill', exact: false });
      return true;
    },
    endMaintenance: async () => {
      await client.ask('StopMaintenance', { ...about, for_ms: null, text: 'Drill is over', exact: true });
    },
    report: (since) => client.ask('Report', { group, since, until: null }),
    run: (command) => {
      screen.clear();
      return runShell(command);
    },
    confirm: (question) => {
      screen.clear();
      return confirm(question, options.answerMs);
    },
    say: screen.say,
    progress: screen.progress,
    pause: (ms) => waitFor(ms, interruption.signal),
    close: () => {
      screen.clear();
      process.removeListener('SIGINT', interrupt);
      process.removeListener('SIGTERM', interrupt);
    },
  };
}

/** What a person planned of exactly this group: a drill's own would be one with it. */
const isPersonsOwn = ({ source, group, server, site }: PlannedView, name: string): boolean =>
  source === 'person' && group === name && server === null && site === null;

/** Words for people go to stderr: stdout is the report's. A progress line replaces itself on a terminal, and is rare elsewhere. */
function screenOf() {
  const { stderr } = process;
  const isTerminal = stderr.isTTY === true;
  let shown = false;
  let count = 0;
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  return {
    clear,
    say: (line: string): void => {
      clear();
      stderr.write(`${line}\n`);
    },
    progress: (line: string): void => {
      if (isTerminal) {
        stderr.write(`\r\u001b[K${line.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`);
        shown = true;
      } else if (count++ % PLAIN_EVERY === 0) stderr.write(`${line}\n`);
    },
  };
}

/** Of the progress lines, one a second, every so many where nobody watches. */
const PLAIN_EVERY = 30;

/** The operator's own environment and terminal: the command may ask for a password. */
function runShell(command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { stdio: ['inherit', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** No terminal, no answer: that is a no. */
async function confirm(question: string, limitMs: number): Promise<boolean> {
  if (process.stdin.isTTY !== true) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: AbortSignal.timeout(limitMs) });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  } finally {
    lines.close();
  }
}
