/** A real collector that has been initialised, as a process, and the command line of people who use it: each with a home of their own. */
import type { Test } from 'tap';
import { hotStandby } from './hot-standby.ts';
import { type CollectorProcess, type Ran, run, startCollectorProcess } from './programs.ts';

export interface EnrolledCollector {
  readonly folder: string;
  readonly process: CollectorProcess;
  /** Runs `dorawatch` as somebody, who must have logged in for most of it. */
  as(person: string, ...args: readonly string[]): Promise<Ran>;
  /** Ends it by force, and starts it where it was. */
  restart(): Promise<void>;
  /** A bearer token of a new name. */
  bearer(name: string, role: string, ttl?: string): Promise<string>;
}

/** The admin "anna" has logged in. @param http further arguments of `serve` */
export async function startEnrolled(t: Test, args: readonly string[] = []): Promise<EnrolledCollector> {
  const folder = t.testdir({ 'collector.yaml': hotStandby('corsham', 'leeds') });
  const [config, state] = [`${folder}/collector.yaml`, `${folder}/state`];
  const made = await run('collector/main.ts', ['init', '--state', state, '--name', '127.0.0.1', '--admin', 'anna']);
  const [token = ''] = /dw1-\S+/.exec(made.stdout) ?? [];
  let collector = await startCollectorProcess(config, state, {}, { args });
  t.teardown(() => collector.kill('SIGKILL'));
  const as: EnrolledCollector['as'] = (person, ...given) =>
    run('collector/ops/main.ts', given, {
      XDG_CONFIG_HOME: `${folder}/home-${person}`,
      DORAWATCH_COLLECTOR: collector.address,
    });
  const login = await as('anna', 'login', '--token', token);
  if (login.code !== 0) throw new Error(`no login: ${login.stderr}`);
  return {
    folder,
    get process() {
      return collector;
    },
    as,
    restart: async () => {
      const { address, http } = collector;
      collector.kill('SIGKILL');
      await collector.ended;
      const listen = { grpc: address, http: http.replace(/^https?:\/\//, ''), args };
      collector = await startCollectorProcess(config, state, {}, listen);
    },
    bearer: async (name, role, ttl = '1h') => {
      const created = await as('anna', 'bearer', 'create', name, '--role', role, '--ttl', ttl, '--json');
      return (JSON.parse(created.stdout) as { token: string }).token;
    },
  };
}
