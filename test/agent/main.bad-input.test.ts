/** What the agent may not do on its host, for `probe` and `run`: told in words that say what to do. */

import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { TYPESCRIPT } from '../typescript.ts';
import { networkSkipReason, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';
import { folder, runFlags } from './run-fixture.ts';

const skip = networkSkipReason();

t.test('what the agent may not do on this host', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none');
  const place = folder(t);
  for (const name of ['none', 'bind', 'locked', 'readonly']) {
    mkdirSync(join(place, name));
    chownSync(join(place, name), 65_534, 65_534);
  }
  const agent = ['node', TYPESCRIPT, 'agent/main.ts'].join(' ');
  const readonly = `mount -t tmpfs -o ro none ${place}/readonly && exec ${agent} ${runFlags(`${place}/readonly`).join(' ')}`;
  const holder = network.run(network.agent, 'agent/main.ts', runFlags(join(place, 'locked')));
  const half = network.agentAsNobody('net_raw', ...runFlags(join(place, 'bind')));
  await holder.waitForOutput(/agent agent-/, 20_000);
  const [noneProbe, noneRun, halfProbe, foreignDirectory, mounted, locked] = await Promise.all([
    network.agentAsNobody('none', 'probe', SERVER_ADDRESS).ended,
    network.agentAsNobody('none', ...runFlags(join(place, 'none'))).ended,
    network.agentAsNobody('net_raw', 'probe', SERVER_ADDRESS, '-n', '2', '-r', '10', '--json').ended,
    network.agentAsNobody('net_raw', ...runFlags(join(place, 'new'))).ended,
    network.command('sh', '-c', readonly).ended,
    network.run(network.agent, 'agent/main.ts', runFlags(join(place, 'locked'))).ended,
  ]);
  for (const ended of [noneProbe, noneRun]) {
    t.equal(ended.code, 1);
    t.match(ended.stderr, /CAP_NET_RAW is missing[\s\S]*setcap cap_net_raw[\s\S]*AmbientCapabilities/);
  }
  t.equal(halfProbe.code, 0, halfProbe.stderr);
  t.match(JSON.parse(halfProbe.stdout), { acked: 2 });
  t.equal(halfProbe.stderr.match(/CAP_NET_BIND_SERVICE allows it/g)?.length, 1, 'said once, and it goes on');
  for (const ended of [foreignDirectory, mounted]) {
    t.equal(ended.code, 1);
    t.match(ended.stderr, /(new|readonly).* cannot be written; give this user the right to, or choose another --state/);
  }
  t.equal(locked.code, 1);
  t.match(locked.stderr, /locked.* is in use by another process; end that one, or give this one a --state/);
  // A collector that is not there is no failure: it is said, with the spool's length and the next try.
  await half.waitForOutput(
    /no collector at 127\.0\.0\.1:6767 .*probing goes on, \d+ batches wait in the spool; next try/,
    20_000,
  );
  t.equal((await half.stop('SIGTERM')).code, 0);
  t.equal((await holder.stop('SIGTERM')).code, 0);
});
