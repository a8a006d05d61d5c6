/** Kea's answers as its versions give them, and answers that are none. */
import fc from 'fast-check';
import t from 'tap';
import { readWord } from '../../../../collector/core/kea/word.ts';

const status = (...pairs: readonly object[]) => [
  { result: 0, arguments: { pid: 1, 'high-availability': pairs.map((one) => ({ 'ha-servers': one })) } },
];

t.test('a 2.2 standby whose primary is away', async (t) => {
  const local = { role: 'standby', scopes: [], state: 'hot-standby' };
  const remote = {
    age: 12,
    'in-touch': true,
    'last-state': 'unavailable',
    'communication-interrupted': true,
    'connecting-clients': 4,
    'unacked-clients': 2,
    'unacked-clients-left': 9,
  };
  t.same(readWord(status({ local, remote }), ['primary']).word, {
    state: 'hot-standby',
    scopes: [],
    partnerState: 'unavailable',
    communicationInterrupted: true,
    unackedClients: 2,
    unackedClientsLeft: 9,
    connectingClients: 4,
    clockSkewMs: null,
    freeAddresses: {},
  });
});

t.test('of a hub, the relationship with the partner of the group', async (t) => {
  const spoke = (name: string, state: string) => ({
    local: { state, scopes: ['hub'] },
    remote: { 'server-name': name, 'clock-skew': -31 },
  });
  const answer = status(spoke('spoke-1', 'hot-standby'), spoke('spoke-2', 'partner-down'));
  t.match(readWord(answer, ['spoke-2']).word, { state: 'partner-down', clockSkewMs: -31_000 });
  t.match(readWord(answer, ['elsewhere']).word, { state: 'hot-standby' }, 'without a name that fits: the first');
});

t.test('without HA there is no state, and nothing heard yet is no word', async (t) => {
  t.match(readWord([{ result: 0, arguments: { pid: 1 } }], []).word, { state: null, scopes: [], partnerState: null });
  t.match(readWord(status({ local: { state: 'waiting' }, remote: { 'last-state': '' } }), []).word, {
    partnerState: null,
  });
});

t.test('a refusal is told in its own words', async (t) => {
  const refused = { result: 2, text: "'status-get' command not supported." };
  t.match(readWord([refused], []).problem, /refuses status-get: 'status-get' command not supported/);
  t.match(readWord({ result: 1 }, []).problem, /result 1/);
});

t.test('whatever listens there, it never throws', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const { word, problem } = readWord(value, ['a']);
      return (word === null) === (problem !== null);
    }),
  );
  t.match(readWord('hello', []).problem, /no answer of Kea/);
});
