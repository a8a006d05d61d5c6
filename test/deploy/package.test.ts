/**
 * The packages on a Debian of their own, their units under a real systemd: installed, configured, upgraded under load,
 * downgraded, backed up, removed and purged. Silence that is a standby's by design is there too, since it is what a stop could
 * wait for. One machine for all of it, in the order of a host's life.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { AGENT_ADDRESS, OTHER_ADDRESS, ProbeNetwork, SERVER_ADDRESS } from '../agent/probe-network.ts';
import { DebianMachine, machineSkipReason } from './debian-machine.ts';
import { lintian, makePackages, nextVersion } from './debian-packages.ts';
import { packetsTo, pausesIn, startOf, unsentOf } from './restart-truth.ts';

const skip = machineSkipReason();
const RATE = 100;
const CONFIG = `groups:
  - name: pair
    mode: hot-standby
    servers:
      - { name: primary, address: ${SERVER_ADDRESS}, role: primary }
      - { name: standby, address: ${OTHER_ADDRESS}, role: standby }
sites:
  - { name: corsham, relay_address: ${AGENT_ADDRESS} }
probe:
  rate: ${RATE}/s
`;

t.test('from nothing to purged', { skip, timeout: 540_000 }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  const folder = t.testdir();
  const [made, machine] = await Promise.all([
    makePackages(join(folder, 'packages'), '9.0.0', '--compress', 'quick'),
    DebianMachine.boot(network.agent),
    network.serve('none'),
  ]);
  t.teardown(() => machine.close());
  const next = nextVersion(made.agent, '9.0.1');
  for (const deb of [made.agent, made.collector, next])
    copyFileSync(deb, join(machine.root, 'root', deb.split('/').at(-1) ?? ''));
  const install = (deb: string): string => machine.run('dpkg', '--install', `/root/${deb.split('/').at(-1)}`);
  const dorawatch = (...line: readonly string[]): string => machine.run('dorawatch', ...line);
  const agentVersion = (): string | undefined => JSON.parse(dorawatch('agents', '--json')).agents?.[0]?.version;
  // A minute at this rate is more text than a command's output should have.
  const outcomes = (server: string): readonly string[] =>
    machine
      .run(
        'sh',
        '-c',
        `dorawatch export --since -1h --json | grep '"server":"${server}"' | grep -o '"outcome":"[a-z]*"' | sort | uniq -c`,
      )
      .split('\n')
      .filter(Boolean)
      .map((line) => line.trim());
  const left = (name: string): readonly string[] => {
    const found = machine.try(
      'sh',
      '-c',
      `ls -d /etc/dorawatch/*${name}* /var/lib/*dorawatch-${name}* /usr/*/*dorawatch-${name}* /etc/systemd/system/*dorawatch-${name}* 2>/dev/null; grep -o '^_dorawatch-${name}' /etc/passwd | sed 's|^|/etc/passwd:|'`,
    );
    return found.stdout.split('\n').filter(Boolean);
  };

  await t.test('installed and not set up, nothing runs, and nothing fails; each says what to do', async (t) => {
    for (const deb of [made.collector, made.agent]) install(deb);
    t.equal(machine.run('systemctl', '--failed', '--plain', '--no-legend').trim(), '');
    for (const [name, says] of [
      ['agent', /sudo dorawatch-agent join/],
      ['collector', /sudo dorawatch-collector init/],
    ] as const) {
      t.equal(machine.property(`dorawatch-${name}`, 'ActiveState'), 'inactive');
      t.match(machine.journal(`dorawatch-${name}`), says);
      t.equal(machine.run('systemctl', 'is-enabled', `dorawatch-${name}`).trim(), 'enabled');
      t.match(machine.run(`dorawatch-${name}`, '--version'), '9.0.0');
    }
  });

  await t.test('configured, both run as users of their own with the rights they need and no more', async (t) => {
    machine.write('etc/dorawatch/collector.yaml', CONFIG);
    machine.write('etc/dorawatch/collector.env', 'DORAWATCH_COLLECTOR_FLAGS=--grpc 127.0.0.1:6767\n');
    machine.write('etc/dorawatch/agent.env', 'DORAWATCH_AGENT_FLAGS=--collector 127.0.0.1:6767 --site corsham\n');
    machine.run('systemctl', 'start', 'dorawatch-collector', 'dorawatch-agent');
    for (const [name, capabilities] of [
      ['agent', '0000000000002400'],
      ['collector', '0000000000000000'],
    ] as const) {
      const pid = machine.property(`dorawatch-${name}`, 'MainPID');
      const kernel = machine.run('cat', `/proc/${pid}/status`);
      t.match(kernel, `CapEff:\t${capabilities}`, `${name}: CAP_NET_BIND_SERVICE and CAP_NET_RAW, or none`);
      t.match(kernel, `CapBnd:\t${capabilities}`);
      t.match(kernel, /NoNewPrivs:\t1/);
      t.match(kernel, /Seccomp:\t2/);
      t.match(machine.run('stat', '-c', '%U', `/proc/${pid}`), `_dorawatch-${name}`);
      t.match(machine.run('stat', '-c', '%U %a', `/var/lib/dorawatch-${name}`), `_dorawatch-${name} 700`);
    }
    await machine.until('an answer', () => /primary.*serving/.test(dorawatch('status')));
    t.match(machine.property('dorawatch-agent', 'StatusText'), /at corsham/);
  });

  await t.test('upgrades under load: what is lost of probing, and where it stands', async (t) => {
    const capture = network.capture(`udp dst port 67 and dst host ${OTHER_ADDRESS}`);
    await capture.waitForOutput(/listening/, 10_000);
    const sent = () => packetsTo(capture.stdout, OTHER_ADDRESS);
    const more = (count: number) => {
      const from = sent().length;
      return machine.until(`${count} DISCOVERs more`, () => sent().length >= from + count);
    };
    await more(RATE);
    const before = unsentOf(machine, 'standby');
    let started = 0;
    // To the next version, back, and forth again. On a machine that has other things to do each may be slow.
    for (const deb of [next, made.agent, next]) {
      install(deb);
      await more(2 * RATE);
      const start = startOf(machine);
      started = Math.max(started, (sent().find((moment) => moment > start) ?? 0) - start);
    }
    t.equal(machine.run('dorawatch-agent', '--version').trim(), '9.0.1');
    await machine.until('the collector to know', () => agentVersion() === '9.0.1');
    const { pausesS, missing } = pausesIn(sent(), RATE);
    const missed = pausesS.map((pause) => pause.toFixed(2)).join(', ');
    t.comment(
      `no DISCOVER left for ${missed} s; from start to first probe ${started.toFixed(2)} s at most; ${missing} exchanges did not leave`,
    );
    t.ok(pausesS.length >= 3, 'a pause at least each restart; a busy machine has others');
    t.ok(Math.min(...pausesS) < 1, 'under a second');
    t.ok(started < 10, 'under two seconds, on a machine of its own');
    const unsent = () => unsentOf(machine, 'standby') - before;
    await machine.until('the count', () => unsent() >= 0.9 * missing);
    t.ok(
      Math.abs(unsent() - missing) <= 0.15 * missing,
      `what did not leave is counted as unsent: ${unsent()} of ${missing}`,
    );
    await capture.stop('SIGINT');
    const told = outcomes('primary');
    t.comment(`the primary's, stored: ${told.join(', ')}`);
    t.match(told, [/^\d+ "outcome":"acked"$/], 'every one that left is stored, and was answered');
    t.equal(told.length, 1);
  });

  await t.test('a loop that stands still is ended and begun anew by the watchdog', async (t) => {
    const folder = '/run/systemd/system/dorawatch-agent.service.d';
    machine.run('mkdir', '-p', folder);
    machine.run(
      'sh',
      '-c',
      `printf '[Service]\\nWatchdogSec=4s\\nTimeoutAbortSec=1s\\nRestartSec=100ms\\n' >${folder}/quick.conf`,
    );
    machine.run('systemctl', 'daemon-reload');
    machine.run('systemctl', 'restart', 'dorawatch-agent');
    const pid = machine.property('dorawatch-agent', 'MainPID');
    machine.run('sh', '-c', `kill -STOP ${pid}`);
    await machine.until('another process', () => !['0', pid].includes(machine.property('dorawatch-agent', 'MainPID')));
    t.match(machine.journal('dorawatch-agent'), /Watchdog timeout/);
    machine.run('rm', '-r', folder);
    machine.run('systemctl', 'daemon-reload');
    await machine.until('it', () => machine.property('dorawatch-agent', 'ActiveState') === 'active');
  });

  await t.test('a downgrade keeps the state; removal keeps it too, purge nothing', async (t) => {
    const identity = (): string => JSON.parse(machine.read('var/lib/dorawatch-agent/agent.json')).agent;
    const name = identity();
    install(made.agent);
    t.equal(machine.run('dorawatch-agent', '--version').trim(), '9.0.0');
    t.equal(identity(), name, 'the same agent');
    t.equal(machine.property('dorawatch-agent', 'ActiveState'), 'active');
    machine.run('dpkg', '--remove', 'dorawatch-agent');
    t.not(machine.try('systemctl', 'is-active', 'dorawatch-agent').status, 0, 'stopped');
    t.equal(identity(), name);
    t.match(machine.read('etc/dorawatch/agent.env'), '--site corsham');
    machine.run('dpkg', '--purge', 'dorawatch-agent');
    t.same(left('agent'), ['/etc/passwd:_dorawatch-agent'], 'its user stays');
  });

  await t.test('state that was copied away is restored on a host that never had it', async (t) => {
    const findings = (): string => dorawatch('events', '--since', '-1h', '--json');
    const before = findings();
    t.match(before, /serving/);
    machine.run('systemctl', 'stop', 'dorawatch-collector');
    machine.run('tar', '-C', '/var/lib', '-czf', '/root/state.tar.gz', 'dorawatch-collector');
    machine.run('dpkg', '--purge', 'dorawatch-collector');
    t.same(left('collector'), ['/etc/passwd:_dorawatch-collector']);
    install(made.collector);
    machine.write('etc/dorawatch/collector.yaml', CONFIG);
    machine.write('etc/dorawatch/collector.env', 'DORAWATCH_COLLECTOR_FLAGS=--grpc 127.0.0.1:6767\n');
    machine.run('tar', '-C', '/var/lib', '--no-same-owner', '-xzf', '/root/state.tar.gz');
    machine.run('systemctl', 'start', 'dorawatch-collector');
    t.equal(findings(), before, 'the same findings');
    t.match(machine.run('find', '/var/lib/dorawatch-collector', '-user', 'root'), /^$/, "no file is root's");
  });

  await t.test('sizes, and lintian', async (t) => {
    for (const line of made.told.trim().split('\n')) t.comment(line.slice(line.lastIndexOf('/') + 1));
    t.ok(Number(/agent_.* ([\d.]+) MB of it beyond Node/.exec(made.told)?.[1]) < 45, 'the agent');
    for (const deb of [made.agent, made.collector]) t.same(await lintian(deb), [], 'no error, no warning');
  });
});
