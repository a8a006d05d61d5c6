/**
 * The agent's hash against a real load-balancing pair: of 64 clients with option 61 and 64 without, each is answered by the
 * server that the hash names and by no other. What Kea does is the truth; vectors typed from a document would test the document.
 */

import t from 'tap';
import { bucketOf } from '../../agent/core/load-balancing-hash.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { modeLab } from './stage.ts';

interface Asked {
  readonly chaddr: string;
  readonly clientId: string | null;
  readonly answeredBy: readonly string[];
}

const CLIENTS = 128;
const REPOSITORY = new URL('../../', import.meta.url).pathname;

const octets = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

t.test('who answers is who the hash says', { skip: labSkipReason(), timeout: 120_000 }, async (t) => {
  const lab = await modeLab(t, { pair: { mode: 'load-balancing' } });
  await lab.startPair();
  const servers = [lab.network.primary.address, lab.network.standby.address];
  const args = [TYPESCRIPT, 'test/modes/asker.ts', lab.site.address, ...servers, String(CLIENTS)];
  const ended = await lab.run(lab.site, process.execPath, args, { name: 'asker', cwd: REPOSITORY }).ended;
  t.equal(ended.code, 0, ended.stderr);
  const asked = JSON.parse(ended.stdout) as readonly Asked[];
  const wrong = asked.filter(({ chaddr, clientId, answeredBy }) => {
    const named = servers[bucketOf(octets(chaddr), clientId === null ? undefined : octets(clientId))];
    return answeredBy.length !== 1 || answeredBy[0] !== named;
  });
  t.same(wrong, [], 'every client has one server, and it is the one computed');
  for (const server of servers) {
    const own = asked.filter(({ answeredBy }) => answeredBy.includes(server));
    const withId = own.filter(({ clientId }) => clientId !== null).length;
    t.comment(`${server}: ${own.length} of ${CLIENTS}, ${withId} with option 61`);
    t.ok(withId > 10 && own.length - withId > 10, 'each has some of both kinds');
  }
});
