/** A sweep: every subnet in turn, each a path of its own, all with the same identities and packets. */
import t from 'tap';
import { packetTemplates } from '../../../agent/core/probe-packet.ts';
import { advance, createSweep, currentPath } from '../../../agent/core/sweep.ts';
import { GIADDR, pathTo, SERVER } from '../probe-fixture.ts';

const refOf = <Ref>(ref: Ref): Ref => ref;
const selecting = (selection: object) =>
  packetTemplates({ giaddr: GIADDR, server: SERVER, localPort: 67, serverPort: 67, ...selection });
const path = { ...pathTo(), packets: selecting({ linkSelection: 0 }) };

t.test('each subnet in turn, and again', async (t) => {
  const scopes = ['10.80.1.0/24', '10.80.2.0/24', '10.81.0.0/16'];
  const sweep = createSweep(scopes, { path, position: { turns: 0 }, refOf });
  if (sweep === undefined) throw new Error('those are prefixes');
  const seen = Array.from({ length: 7 }, () => {
    const current = currentPath(sweep);
    advance(sweep);
    return current;
  });
  t.same(
    seen.map(({ ref }) => ref.scope),
    [...scopes, ...scopes, scopes[0]],
  );
  t.equal(seen[3], seen[0], 'a path is made once');
  t.equal(seen[1]?.pool, path.pool);
  t.equal(seen[1]?.packets.discover, path.packets.discover, 'packets are shared');
  t.equal(seen[1]?.packets.subnet, 0x0a500200);
  t.equal(seen[1]?.subnetSelection, undefined, 'a link selection needs no echo');
});

t.test('by option 118, each path awaits the echo of its own subnet', async (t) => {
  const asked = { ...path, packets: selecting({ subnetSelection: 0 }), subnetSelection: SERVER };
  const sweep = createSweep(['10.80.2.0/24'], { path: asked, position: { turns: 5 }, refOf });
  t.equal(sweep && currentPath(sweep).subnetSelection, 0x0a500200);
});

t.test('what is no prefix is left out; with nothing left there is no sweep', async (t) => {
  const sweep = createSweep(['here', '10.80.1.1/24', '10.80.3.0/24'], { path, position: { turns: 1 }, refOf });
  t.equal(sweep && currentPath(sweep).ref.scope, '10.80.3.0/24');
  t.equal(createSweep(['here'], { path, position: { turns: 0 }, refOf }), undefined);
});
