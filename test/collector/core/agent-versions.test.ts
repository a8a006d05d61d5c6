import t from 'tap';
import { behindText, isBehind, protocolRefusal } from '../../../collector/core/agent-versions.ts';
import { PROTOCOL } from '../../../shared/core/protocol.ts';

t.test('versions are numbers, not text', async (t) => {
  t.equal(isBehind('1.9.0', '1.10.0'), true);
  t.equal(isBehind('1.10.0', '1.9.9'), false);
  t.equal(isBehind('1.2', '1.2.0'), false, 'what is left out is 0');
  t.equal(isBehind('0.1.0-rc1', '0.1.0'), false, 'what follows does not count');
  t.equal(isBehind('', '0.1.0'), null, 'not told');
  t.equal(isBehind('unknown', '0.1.0'), null);
});

t.test('an agent that cannot be understood is told which side to upgrade', async (t) => {
  t.equal(protocolRefusal({ protocol: PROTOCOL, version: '0.0.1' }, '9.0.0'), null, 'its version alone is no reason');
  t.match(
    protocolRefusal({ protocol: 0, version: '' }, '0.2.0'),
    /unknown version speaks protocol 0.*upgrade this agent/,
  );
  t.match(protocolRefusal({ protocol: PROTOCOL + 1, version: '3.0.0' }, '0.2.0'), /upgrade the collector first/);
});

t.test('who is behind is told by name while they are few', async (t) => {
  const agent = (id: string, version: string | null, connected = true) => ({ id, version, connected });
  t.equal(behindText([agent('a', '0.2.0'), agent('b', null), agent('c', '0.1.0', false)], '0.2.0'), null);
  t.equal(behindText([agent('a', '0.1.0')], '0.2.0'), "1 agent is behind this collector's version 0.2.0: a (0.1.0)");
  const many = Array.from({ length: 7 }, (_, index) => agent(`a${index}`, '0.1.0'));
  t.match(behindText(many, '0.2.0'), /^7 agents are behind .*, and 2 more$/);
});
