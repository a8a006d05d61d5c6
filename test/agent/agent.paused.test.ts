/**
 * A pause as the server's wire sees it: a real agent, a real collector, and the kernel's count of what arrived at the server. It
 * stops within five seconds, and neither a killed agent nor a killed collector makes it start again.
 */
import { join } from 'node:path';
import t from 'tap';
import { command } from '../lab/command.ts';
import { networkSkipReason, ProbeNetwork } from './probe-network.ts';
import { folder, runFlags, startCollector } from './run-fixture.ts';

const skip = networkSkipReason();
const seconds = (n: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, n * 1000));

t.test('paused within five seconds, and still after kill -9 of both ends', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none');
  const place = folder(t);
  let collector = await startCollector(network, place);
  const startAgent = () => network.run(network.agent, 'agent/main.ts', runFlags(join(place, 'agent')));
  let agent = startAgent();
  await agent.waitForOutput(/connected to the collector/, 60_000);
  /** Datagrams that the server's host has taken so far. */
  const arrived = (): number => {
    const text = command('ip', ['netns', 'exec', network.server, 'cat', '/proc/net/snmp']);
    return Number(/\nUdp: (\d+)/.exec(text)?.[1]);
  };
  const dorawatch = async (...args: string[]): Promise<void> => {
    const ended = await network.run(network.agent, 'collector/ops/main.ts', args).ended;
    t.equal(ended.code, 0, ended.stdout + ended.stderr);
  };
  const grows = async (): Promise<void> => {
    for (let tries = 0, before = arrived(); arrived() - before < 20; tries += 1) {
      if (tries > 120) throw new Error('no probe arrives');
      await seconds(0.5);
    }
  };
  const stands = async (when: string): Promise<void> => {
    const before = arrived();
    await seconds(3);
    t.equal(arrived(), before, `nothing arrives ${when}`);
  };

  await grows();
  await dorawatch('pause', '--all', '--reason', 'new switch');
  await seconds(5);
  await stands('five seconds after the pause');
  await Promise.all([agent.stop('SIGKILL'), collector.stop('SIGKILL')]);
  agent = startAgent();
  await seconds(3);
  await stands('from an agent that starts without a collector');
  collector = await startCollector(network, place);
  await agent.waitForOutput(/connected to the collector/, 60_000);
  await seconds(2);
  await stands('after both were killed and started again');
  await dorawatch('resume', '--all');
  await grows();
});
