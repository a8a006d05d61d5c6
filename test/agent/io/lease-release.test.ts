/** RELEASEs for leases of an earlier start, on a real wire: as a relay, as a client, and not for an address that is not ours. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { networkSkipReason, ProbeNetwork } from '../probe-network.ts';

t.test('each goes out the way its lease came, or not at all', { skip: networkSkipReason() }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  const capture = network.command('tcpdump', '-i', 'lan', '-n', '-v', '-l', 'udp port 67');
  await capture.waitForOutput(/listening on/, 20_000);
  const directory = mkdtempSync(join(tmpdir(), 'dorawatch-'));
  const child = network.run(network.agent, 'test/agent/leftover-child.ts', [directory]);
  const ended = await child.ended;
  t.strictSame(JSON.parse(ended.stdout), {
    found: 3,
    released: 2,
    left: [['10.99.0.1 is no address of this host any more', 1]],
    held: 1,
  });
  await capture.waitForOutput(/10\.71\.0\.1\.67 > 10\.71\.0\.2\.67[^>]*Client-IP 10\.77\.128\.0\s/, 10_000);
  await capture.waitForOutput(/\.68 > 255\.255\.255\.255\.67[^>]*Client-IP 10\.77\.128\.2\s/, 10_000);
  t.equal(capture.stdout.match(/Release/g)?.length, 2);
  await capture.stop('SIGINT');
});
