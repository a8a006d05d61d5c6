/** The collector's own certificate: due at two thirds, made anew with the names that it had, whole also when it is cut short. */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { renameServer } from '../../../collector/ca-command.ts';
import { init } from '../../../collector/init-command.ts';
import { endOf } from '../../../collector/io/shown-certificate.ts';
import { readTrust } from '../../../collector/io/trust-files.ts';
import { isServerDue, renewServer, serverNames } from '../../../collector/io/trust-renewal.ts';
import { afterUs } from '../../../shared/core/units.ts';
import { createClock } from '../../../shared/io/clock.ts';

const DAY_US = 86_400e6;

t.test('renewed with its names', async (t) => {
  const state = t.testdir();
  const names = ['dorawatch.example.net', '127.0.0.1', '2001:db8::1'];
  await init({ state, name: names, admin: 'anna' }, createClock());
  const read = async () => {
    const trust = await readTrust(state, { caKey: null, passphrase: null });
    if (trust === null) throw new Error('there is no tls/');
    return trust;
  };
  const before = await read();
  const now = createClock().wall();
  t.notOk(isServerDue(before, afterUs(now, 240 * DAY_US)));
  t.ok(isServerDue(before, afterUs(now, 245 * DAY_US)));
  await renewServer(`${state}/tls`, before, afterUs(now, 245 * DAY_US));
  const after = await read();
  t.equal(serverNames(after).length, 3);
  t.same(serverNames(after).slice(0, 2), names.slice(0, 2));
  t.ok(endOf(after.server.certificate) > endOf(before.server.certificate));
  t.ok(after.roots[0] && after.server.certificate.checkIssued(after.roots[0]));

  // Killed between certificate and key.
  renameSync(`${state}/tls/server.key`, `${state}/tls/server.next.key`);
  writeFileSync(`${state}/tls/server.key`, before.server.key);
  t.equal((await read()).server.key, after.server.key, 'the key that belongs to it is found');
  t.match(readFileSync(`${state}/tls/ca.crt`, 'utf8'), /^-----BEGIN CERTIFICATE-----\n/);
});

t.test('made with other names, the key still nobody else\u2019s', async (t) => {
  const state = t.testdir();
  await init({ state, name: ['old.example.net'], admin: 'anna' }, createClock());
  const said = await renameServer({ state, name: ['new.example.net', '10.0.0.5'] }, createClock());
  t.match(said, /for new\.example\.net, 10\.0\.0\.5\. Now: systemctl reload/);
  const trust = await readTrust(state, { caKey: null, passphrase: null });
  t.same(trust && serverNames(trust), ['new.example.net', '10.0.0.5']);
  t.equal(statSync(`${state}/tls/server.key`).mode & 0o777, 0o600);
  await t.rejects(
    renameServer({ state: `${state}/none`, name: ['a'] }, createClock()),
    /has no CA; dorawatch-collector init/,
  );
});
