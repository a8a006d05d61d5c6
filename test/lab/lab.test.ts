/**
 * The lab itself, with perfdhcp as the only client: a real pair fails over and back, and the truth reader says so. What
 * the product makes of the same story is another test's matter; when both fail, look here first.
 */
import t from 'tap';
import { type Capture, startCapture } from './capture.ts';
import { type LabChild, pause } from './child.ts';
import { command } from './command.ts';
import { type Lab, startLab } from './lab.ts';
import { labSkipReason } from './requirements.ts';
import { type Bracket, gaps, overlaps, servicePeriods } from './truth.ts';

const skip = labSkipReason();
const DROP_TIME_US = 3_000_000;
/** perfdhcp needs port 67 of an address for itself, so two that run at once need two. */
const SECOND_ADDRESS = '10.77.0.11';

type Counts = { readonly sent: number; readonly acked: number };

/** One perfdhcp run against a server; the numbers are of its REQUEST-ACK part. */
async function perfdhcp(lab: Lab, server: string, count: number): Promise<Counts & { readonly offered: number }> {
  // Two counts, so that perfdhcp ends as soon as all are answered; -W is in microseconds.
  const rate = ['-n', String(count), '-n', String(count), '-r', '10', '-R', String(count), '-W', '1500000'];
  const { stdout } = await lab.run(lab.site, 'perfdhcp', ['-4', '-l', lab.site.address, ...rate, server]).ended;
  const numbers = (name: string): number[] =>
    [...stdout.matchAll(new RegExp(`^${name}: (\\d+)`, 'gm'))].map((m) => Number(m[1]));
  const [sent, received] = [numbers('sent packets'), numbers('received packets')];
  return { sent: sent[0] ?? -1, offered: received[0] ?? -1, acked: received[1] ?? -1 };
}

/** perfdhcp at 10/s on both servers, until it is ended. */
function steadyLoad(lab: Lab): LabChild[] {
  command('ip', ['-n', lab.site.namespace, 'addr', 'add', `${SECOND_ADDRESS}/24`, 'dev', lab.site.interface]);
  const load = (from: string, mac: string, server: string): LabChild => {
    return lab.run(lab.site, 'perfdhcp', ['-4', '-l', from, '-r', '10', '-R', '50', '-b', `mac=${mac}`, server]);
  };
  return [
    load(lab.site.address, '02:00:00:00:01:00', lab.primary.address),
    load(SECOND_ADDRESS, '02:00:00:00:02:00', lab.standby.address),
  ];
}

function contains(bracket: Bracket | undefined, fromUs: number, toUs: number): boolean {
  // The server's time to answer, and a busy machine's to deliver a signal: the wire may lag the deed by this much.
  const slackUs = 100_000;
  return bracket !== undefined && bracket.earliest - slackUs <= toUs && fromUs <= bracket.latest + slackUs;
}

/** Kills the primary after two seconds of load, brings it back once the standby serves; ends when both are settled. */
async function failOverAndBack(lab: Lab, capture: Capture): Promise<ReturnType<Capture['read']>> {
  const load = steadyLoad(lab);
  await pause(2000);
  await lab.primary.kill();
  await lab.standby.waitForState(['partner-down'], 30_000);
  await pause(1500);
  await lab.primary.restart();
  await lab.settled(30_000);
  await pause(2000);
  await Promise.all(load.map((child) => child.stop('SIGINT')));
  return await capture.stop();
}

t.test('a pair of production size fails over and back, and the wire says when', { skip }, async (t) => {
  await using lab = await startLab({ size: 'production', timers: 'short' });

  t.match(await perfdhcp(lab, lab.primary.address, 20), { sent: 20, offered: 20, acked: 20 }, 'the primary serves');
  t.match(await perfdhcp(lab, lab.standby.address, 20), { sent: 20, offered: 0 }, 'the standby is silent');

  const captured = await failOverAndBack(lab, await startCapture(lab));
  t.equal(captured.droppedByKernel, 0);
  const periods = servicePeriods(captured.exchanges, DROP_TIME_US, { fall: 3 });
  const of = (server: string): typeof periods => periods.filter((period) => period.server === server);
  t.equal(of(lab.primary.address).length, 2, 'the primary served before and after');
  t.equal(of(lab.standby.address).length, 1, 'the standby served between');

  const killed = lab.events.last('killed', 'primary');
  const stop = of(lab.primary.address)[0]?.to;
  t.ok(killed && contains(stop, killed.beforeUs, killed.afterUs), 'the kill lies in the bracket of the stop');
  const [failover, failback, ...others] = gaps(periods);
  t.same(others, [], 'two gaps, no more');
  t.ok(failover && failover.durationUs < 15e6, `failover gap ${failover?.durationUs} us`);
  t.ok(failback && failback.durationUs < 15e6, `fail-back gap ${failback?.durationUs} us`);
  t.ok(
    gaps(periods).every((gap) => gap.uncertaintyUs < 300_000),
    'each known to 0.3 s',
  );
  t.same(overlaps(periods), []);
  t.ok(captured.icmp.length > 0, "the dead primary's host answers port unreachable");
  t.comment(
    `gaps of ${failover?.durationUs} us and ${failback?.durationUs} us, ${captured.exchanges.length} exchanges`,
  );
});

t.test('a cut WAN is silent, and two labs do not meet', { skip }, async (t) => {
  const labs = [await startLab({ size: 'small', timers: 'short' }), await startLab({ size: 'small', timers: 'short' })];
  const [one, two] = labs;
  if (one === undefined || two === undefined) return;
  t.teardown(() => Promise.all(labs.map((lab) => lab.close())));
  one.cut('site');
  const capture = await startCapture(one);
  const [cut, other] = await Promise.all([
    perfdhcp(one, one.primary.address, 5),
    perfdhcp(two, two.primary.address, 5),
  ]);
  t.match(cut, { sent: 5, offered: 0 }, 'nothing comes through a cut');
  t.match(other, { sent: 5, acked: 5 }, 'the other lab has a WAN of its own');
  one.mend('site');
  t.match(await perfdhcp(one, one.primary.address, 5), { sent: 5, acked: 5 }, 'mended');
  t.equal((await capture.stop()).exchanges.length, 5, 'what was cut never reached the servers');
});
