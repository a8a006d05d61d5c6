/**
 * Where the lab cannot run, the reason is a sentence that says what to do, and nothing is installed against anyone's
 * will. (The installation itself changes the host, so no test does it.)
 */
import t, { type Test } from 'tap';
import { installMissing } from './debian-packages.ts';
import { labReadiness, labSkipReason, missingTools, TOOLS } from './requirements.ts';

/** Lets this process look like another user, on a machine without the tools, for the length of a test. */
function pretend(t: Test, as: { readonly uid: number; readonly noApt?: string }): void {
  const { getuid } = process;
  const saved = { PATH: process.env['PATH'], DORAWATCH_NO_APT: process.env['DORAWATCH_NO_APT'] };
  process.getuid = () => as.uid;
  Object.assign(process.env, { PATH: '/nonexistent', DORAWATCH_NO_APT: as.noApt ?? '' });
  t.teardown(() => {
    if (getuid !== undefined) process.getuid = getuid;
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

t.test('without root the reason says so', async (t) => {
  pretend(t, { uid: 1000 });
  t.match(labSkipReason(), /needs root/);
});

t.test('missing tools are named with the packages that bring them', async (t) => {
  pretend(t, { uid: 0 });
  t.same(missingTools(), Object.keys(TOOLS));
  t.match(labReadiness(), { kind: 'not-ready', reason: /kea-dhcp4.*kea-dhcp4-server kea-admin tcpdump iproute2/ });
});

t.test('nothing is installed when it is forbidden, or for anyone but root', async (t) => {
  const said: string[] = [];
  await t.test('forbidden', async (t) => {
    pretend(t, { uid: 0, noApt: '1' });
    t.match(
      installMissing((line) => said.push(line)),
      { kind: 'not-ready', reason: /DORAWATCH_NO_APT=1 forbids/ },
    );
  });
  await t.test('not root', async (t) => {
    pretend(t, { uid: 1000 });
    t.match(
      installMissing((line) => said.push(line)),
      { kind: 'not-ready', reason: /only root|not Debian/ },
    );
  });
  t.same(said, [], 'an installation is announced, and none was');
});
