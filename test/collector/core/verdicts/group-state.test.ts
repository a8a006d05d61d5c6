/**
 * What each mode asks of each server, and what the servers' states amount to: a table per mode, since every line of it is
 * what somebody will be woken for.
 */
import t from 'tap';
import type { Mode, Role } from '../../../../collector/core/config/config.ts';
import type { GroupState, State } from '../../../../collector/core/finding.ts';
import {
  bucketsAsked,
  dutyOf,
  expectedOf,
  groupState,
  ownBucket,
  type Seat,
  siteState,
} from '../../../../collector/core/verdicts/group-state.ts';

const LETTERS: Readonly<Record<string, State>> = { s: 'serving', d: 'degraded', n: 'non-serving', u: 'unknown' };

/** "s n" for two servers; in load balancing "sn ns": the primary's buckets 0 and 1, then the secondary's. */
function seatsOf(mode: Mode, roles: readonly Role[], text: string): Seat[] {
  return text.split(' ').flatMap((word, i) => {
    const role = roles[i] as Role;
    return bucketsAsked(mode, role).map((bucket, j) => ({ role, bucket, state: LETTERS[word[j] as string] as State }));
  });
}

type Line = readonly [string, GroupState, 'served' | 'unserved' | 'unknown'];
interface Table {
  readonly mode: Mode;
  readonly roles: readonly Role[];
  readonly lines: readonly Line[];
}

const TABLES: readonly Table[] = [
  {
    mode: 'hot-standby',
    roles: ['primary', 'standby'],
    lines: [
      ['s n', 'normal', 'served'],
      ['s u', 'normal', 'served'],
      ['d n', 'degraded', 'served'],
      ['n n', 'gap', 'unserved'],
      ['n u', 'unknown', 'unknown'],
      ['n s', 'failed-over', 'served'],
      ['n d', 'degraded', 'served'],
      ['s s', 'overlap', 'served'],
      ['u n', 'unknown', 'unknown'],
      ['u s', 'unknown', 'served'],
    ],
  },
  {
    mode: 'hot-standby',
    roles: ['primary', 'standby', 'backup'],
    lines: [
      ['s n n', 'normal', 'served'],
      ['n n u', 'gap', 'unserved'],
      ['n n s', 'failed-over', 'served'],
      ['s n s', 'overlap', 'served'],
    ],
  },
  {
    mode: 'passive-backup',
    roles: ['primary', 'backup', 'backup'],
    lines: [
      ['s n n', 'normal', 'served'],
      ['s u u', 'normal', 'served'],
      ['n n n', 'gap', 'unserved'],
      ['n u n', 'gap', 'unserved'],
      ['n s n', 'failed-over', 'served'],
      ['s n s', 'overlap', 'served'],
      ['u n n', 'unknown', 'unknown'],
    ],
  },
  {
    mode: 'load-balancing',
    roles: ['primary', 'secondary'],
    lines: [
      ['sn ns', 'normal', 'served'],
      ['su us', 'normal', 'served'],
      ['nn ss', 'failed-over', 'served'],
      ['ss nn', 'failed-over', 'served'],
      ['nn ns', 'gap', 'unserved'],
      ['sn nn', 'gap', 'unserved'],
      ['nn nn', 'gap', 'unserved'],
      ['sn ss', 'overlap', 'served'],
      ['ss ss', 'overlap', 'served'],
      ['nn sn', 'gap', 'unserved'],
      ['dn ns', 'degraded', 'served'],
      ['nn sd', 'degraded', 'served'],
      ['uu ns', 'unknown', 'unknown'],
      ['sn uu', 'unknown', 'unknown'],
      ['uu uu', 'unknown', 'unknown'],
    ],
  },
  {
    mode: 'load-balancing',
    roles: ['primary', 'secondary', 'backup'],
    lines: [
      ['sn ns n', 'normal', 'served'],
      ['sn ns u', 'normal', 'served'],
      ['nn nn n', 'gap', 'unserved'],
      ['nn nn s', 'failed-over', 'served'],
      ['sn ns s', 'overlap', 'served'],
    ],
  },
  {
    mode: 'independent',
    roles: ['server', 'server'],
    lines: [
      ['s s', 'normal', 'served'],
      ['s n', 'degraded', 'served'],
      ['n n', 'gap', 'unserved'],
      ['s u', 'unknown', 'served'],
      ['n u', 'unknown', 'unknown'],
      ['u u', 'unknown', 'unknown'],
    ],
  },
];

for (const { mode, roles, lines } of TABLES) {
  t.test(`${mode}: ${roles.join(', ')}`, async (t) => {
    for (const [text, group, site] of lines) {
      const seats = seatsOf(mode, roles, text);
      t.equal(groupState(mode, seats), group, `${text}: the group is ${group}`);
      t.equal(siteState(mode, seats), site, `${text}: a site that sees this is ${site}`);
    }
  });
}

t.test('what is asked of whom', async (t) => {
  const expected = (mode: Mode, role: Role, bucket: number | null) => expectedOf(mode, { role, bucket });
  t.equal(expected('hot-standby', 'standby', null), 'silent');
  t.equal(expected('passive-backup', 'primary', null), 'serving');
  t.equal(expected('passive-backup', 'backup', null), 'silent');
  t.equal(expected('independent', 'server', null), 'serving');
  t.same(
    [0, 1].map((bucket) => expected('load-balancing', 'primary', bucket)),
    ['serving', 'silent'],
  );
  t.same(
    [0, 1].map((bucket) => expected('load-balancing', 'secondary', bucket)),
    ['silent', 'serving'],
  );
  t.same([ownBucket('load-balancing', 'primary'), ownBucket('load-balancing', 'secondary')], [0, 1]);
  t.equal(ownBucket('hot-standby', 'primary'), null);
  t.same(bucketsAsked('load-balancing', 'backup'), [null]);
  t.equal(dutyOf('hot-standby', { role: 'backup', bucket: null }), 'backs-up');
  t.equal(dutyOf('load-balancing', { role: 'standby', bucket: null }), 'serves', 'nobody said whose clients');
});
