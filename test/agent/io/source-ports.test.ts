/** Source ports as sockets: bound while an exchange lives, nobody else's meanwhile, bounded, and all closed in the end. */
import { createSocket } from 'node:dgram';
import t from 'tap';
import { SOURCE_PORTS_AHEAD, SOURCE_PORTS_MAX } from '../../../agent/core/probe-limits.ts';
import { SourcePorts } from '../../../agent/io/source-ports.ts';
import { at } from '../probe-fixture.ts';

const ADDRESS = '127.0.0.77';

/** Whether another program could have the port. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address: ADDRESS, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

t.test('a port is ours until its exchange is answered, or late answers are over', async (t) => {
  let nowMs = 0;
  const ports = new SourcePorts({ random: () => 4711, monotonic: () => at(nowMs) });
  t.teardown(() => ports.close());
  t.equal(ports.take(ADDRESS), undefined, 'none is to be had before the first is bound');
  await ports.reserve(new Set([ADDRESS]));
  const [first, second] = [ports.take(ADDRESS) ?? 0, ports.take(ADDRESS) ?? 0];
  t.not(first, second);
  t.notOk(await isFree(first));
  ports.free(ADDRESS, first, true);
  t.ok(await isFree(first));
  ports.free(ADDRESS, second, false);
  t.notOk(await isFree(second), 'an answer may come late');
  nowMs = 60_000;
  ports.free(ADDRESS, 1, true);
  t.ok(await isFree(second));
});

t.test('an address that is not ours has none', async (t) => {
  const ports = new SourcePorts({ random: () => 4711, monotonic: () => at(0) });
  t.teardown(() => ports.close());
  await ports.reserve(new Set(['192.0.2.1']));
  t.equal(ports.take('192.0.2.1'), undefined);
});

t.test('sockets are bounded, and all are closed when the addresses change or it ends', async (t) => {
  const ports = new SourcePorts({ random: () => 9000, monotonic: () => at(0) });
  const taken: number[] = [];
  for (let turn = 0; turn < 2 * (SOURCE_PORTS_MAX / SOURCE_PORTS_AHEAD); turn += 1) {
    await ports.reserve(new Set([ADDRESS]));
    for (let port = ports.take(ADDRESS); port !== undefined; port = ports.take(ADDRESS)) taken.push(port);
  }
  t.equal(taken.length, SOURCE_PORTS_MAX);
  t.equal(new Set(taken).size, taken.length, 'none twice');
  await ports.reserve(new Set());
  ports.close();
  t.ok(await isFree(taken[0] ?? 0));
});
