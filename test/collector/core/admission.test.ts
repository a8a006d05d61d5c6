/** Who may speak under an id: two hosts with one disk are told apart, and the honest look-alikes are let in. */
import t from 'tap';
import { type Claimant, cloneRefusal, type Incumbent } from '../../../collector/core/admission.ts';

const now = 1_000e6;
const claim = (change: Partial<Claimant> = {}): Claimant => ({
  agent: 'a',
  epoch: 5,
  host: 'one',
  address: '10.0.0.1',
  ...change,
});
const here = (change: Partial<Incumbent> = {}): Incumbent => ({
  ...claim(),
  connected: true,
  lastSeen: now - 1e6,
  ...change,
});

t.test('the second host is refused while the first is there', async (t) => {
  for (const epoch of [5, 6]) {
    t.match(cloneRefusal(here(), 5, claim({ host: 'two', epoch }), now), /connected from another host \(10\.0\.0\.1\)/);
  }
  t.match(
    cloneRefusal(here(), 5, claim({ address: '10.0.0.2' }), now),
    /another host/,
    'a machine copied while it ran: only the address differs',
  );
});

t.test(
  'offline clash: the copy that started earlier is refused when it comes back, also after a restart of the collector',
  async (t) => {
    t.match(
      cloneRefusal(here({ epoch: 9, connected: false }), 0, claim({ host: 'two' }), now),
      /later start \(epoch 9/,
    );
    t.match(cloneRefusal(undefined, 9, claim(), now), /start the copy with another --state directory/);
  },
);

t.test('honest: restarted, reconnected, moved, rebooted, replaced', async (t) => {
  t.equal(cloneRefusal(undefined, 0, claim(), now), null, 'new');
  t.equal(cloneRefusal(undefined, 5, claim(), now), null, 'the collector was restarted');
  t.equal(cloneRefusal(here(), 5, claim({ epoch: 6 }), now), null, 'the agent was restarted');
  t.equal(cloneRefusal(here(), 5, claim(), now), null, 'its line was broken');
  const quiet = here({ lastSeen: now - 5e6 });
  t.equal(cloneRefusal(quiet, 5, claim({ address: '10.0.0.9' }), now), null, 'its NAT gave it another address');
  const gone = here({ connected: false });
  t.equal(cloneRefusal(gone, 5, claim({ host: 'two', epoch: 6 }), now), null, 'rebooted, or restored elsewhere');
  const dead = here({ lastSeen: now - 20e6 });
  t.equal(
    cloneRefusal(dead, 5, claim({ host: 'two', epoch: 6 }), now),
    null,
    'the old connection is only not closed yet',
  );
  t.equal(cloneRefusal(here({ host: '' }), 5, claim({ epoch: 6 }), now), null, 'a version that tells no host');
});
