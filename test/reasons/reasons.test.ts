/**
 * Ways to fail, told apart on real Kea: a partner that cannot be reached (OFFERs, and lease updates that wait), a route that is
 * gone, and a daemon that is. Each verdict must name its own reason, and say what it rests on.
 */
import t from 'tap';
import { labSkipReason } from '../lab/requirements.ts';
import { type EventRow, groupOf, setStage, yamlOf } from '../modes/stage.ts';

const STOP = { kind: 'transition', server: 'primary', site: null, to: 'non-serving' } as const;
const START = { kind: 'transition', server: 'primary', site: null, to: 'serving' } as const;

const evidenceOf = (row: EventRow): string => String((row as EventRow & { readonly evidence?: unknown }).evidence);

t.test('each way to fail has its own reason', { skip: labSkipReason(), timeout: 240_000 }, async (t) => {
  const { lab, events } = await setStage(t, {
    lab: {},
    yaml: (lab) => yamlOf(groupOf(lab, 'corsham-dhcp', 'hot-standby', 'standby')),
  });

  lab.cut('standby');
  const stuck = await events.next(STOP);
  t.equal(stuck.reason, 'no-ack', 'lease updates wait for a partner that cannot be reached');
  t.match(evidenceOf(stuck), /^OFFERs come \(p50 .*\), no ACK in \d+ of \d+ exchanges/, evidenceOf(stuck));
  await events.next(START);

  lab.cut('primary');
  const gone = await events.next(STOP);
  t.ok(['no-offer', 'unreachable'].includes(gone.reason ?? ''), `host or route: ${gone.reason}`);
  t.match(evidenceOf(gone), /host or (?:the )?route/, evidenceOf(gone));
  lab.mend('primary');
  await events.next(START);

  await lab.primary.kill();
  const dead = await events.next(STOP);
  t.equal(dead.reason, 'refused', 'the host lives, the daemon does not');
  t.match(evidenceOf(dead), /^ICMP port unreachable to \d+ of \d+ exchanges/, evidenceOf(dead));
});
