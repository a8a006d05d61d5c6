import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { openStateDirectory } from '../../../agent/io/state-directory.ts';
import { unixMicros } from '../../../shared/core/units.ts';

const temporary = () => mkdtempSync(join(tmpdir(), 'dorawatch-'));
const now = unixMicros(1_700_000_000_000_000);

t.test('the name stays, and epochs rise even when the wall clock steps back an hour', async (t) => {
  const directory = temporary();
  const first = await openStateDirectory({ directory, id: null, now });
  await first.keepContact('corsham-dhcp');
  await first.close();
  const second = await openStateDirectory({ directory, id: null, now: unixMicros(now - 3_600e6) });
  t.equal(second.agent, first.agent);
  t.equal(second.epoch, first.epoch + 1);
  t.strictSame(second.contactedGroups, ['corsham-dhcp']);
  await second.close();
});

t.test('what cannot be used is refused with what to do', async (t) => {
  const directory = temporary();
  const state = await openStateDirectory({ directory, id: 'one', now });
  await t.rejects(openStateDirectory({ directory, id: null, now }), { code: 'LOG_LOCKED' });
  await state.close();
  await t.rejects(openStateDirectory({ directory, id: 'two', now }), {
    code: 'STATE_OF_ANOTHER',
    message: /another name/,
  });
  writeFileSync(join(directory, 'agent.json'), '{"agent": 1}');
  await t.rejects(openStateDirectory({ directory, id: null, now }), { code: 'STATE_DAMAGED', message: /move it away/ });
  await t.rejects(openStateDirectory({ directory: '/proc/nope', id: null, now }), { code: 'STATE_NOT_WRITABLE' });
});
