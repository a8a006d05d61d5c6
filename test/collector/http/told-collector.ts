/** A real collector that has been told a story which ended just now: a failover, an overlap, a fail-back, a site that falls silent. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { batches, FakeAgent } from '../fake-agent.ts';
import { hotStandby } from '../hot-standby.ts';
import { type CollectorProcess, startCollectorProcess } from '../programs.ts';

export const STORY_SECONDS = 80;

export interface ToldCollector {
  readonly process: CollectorProcess;
  /** When the story began, µs since 1970. */
  readonly anchorUs: number;
  /** A moment of the story as the API takes it. */
  at(second: number): string;
  get(path: string, init?: RequestInit): Promise<Response>;
  json(path: string): Promise<Record<string, unknown>>;
}

const answers = (server: number, second: number): boolean =>
  server === 0 ? second < 15 || second >= 50 : second >= 25 && second < 60;

/** The primary is silent from 15 s to 50 s, the standby serves from 25 s to 60 s, and leeds is not heard of after 30 s. @param more of its YAML */
export async function startToldCollector(t: Test, more = ''): Promise<ToldCollector> {
  const folder = t.testdir({ 'collector.yaml': hotStandby('corsham', 'leeds') + more });
  const collector = await startCollectorProcess(`${folder}/collector.yaml`, `${folder}/state`);
  t.teardown(() => collector.kill('SIGKILL'));
  const anchorUs = Math.floor(Date.now() / 1000 - STORY_SECONDS - 4) * 1e6;
  const one = new FakeAgent(collector.address, { anchorUs });
  const two = new FakeAgent(collector.address, { agent: 'agent-2', site: 'leeds', anchorUs });
  t.teardown(() => {
    one.close();
    two.close();
  });
  await two.send(batches({ agent: 'agent-2', site: 'leeds', anchorUs, seconds: 30, answers }));
  await one.send(batches({ anchorUs, seconds: STORY_SECONDS, answers }));
  const get = (path: string, init?: RequestInit): Promise<Response> => fetch(`${collector.http}${path}`, init);
  const json = async (path: string) => (await (await get(path)).json()) as Record<string, unknown>;
  await untilFolded(json);
  return {
    process: collector,
    anchorUs,
    at: (second) => new Date(anchorUs / 1e3 + second * 1e3).toISOString(),
    get,
    json,
  };
}

/** What is acknowledged is stored, and folded a little later: the end of the story is the fail-back. */
async function untilFolded(json: ToldCollector['json']): Promise<void> {
  for (let asked = 0; asked < 200; asked += 1) {
    const { events } = (await json('/api/v1/events')) as { events: readonly { readonly kind: string }[] };
    if (events.some(({ kind }) => kind === 'fail-back')) return;
    await pause(50);
  }
  throw new Error('the story was not folded in 10 s');
}

/** A mark as the page adds it. */
export const postMark = (told: ToldCollector, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  told.get('/api/v1/marks', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
