import t from 'tap';
import { isMessageType, MessageType, messageTypeName } from '../../../../shared/core/dhcp4/codes.ts';
import {
  addressOption,
  clientIdentifier,
  firstOf,
  leaseSeconds,
  messageType,
  serverIdentifier,
} from '../../../../shared/core/dhcp4/message.ts';
import { messageOf } from '../../../oracle/compare.ts';
import { octetsOf } from '../../../oracle/dhcp4.ts';

const answer = (options: readonly (readonly [number, string])[]) =>
  messageOf({
    op: 2,
    htype: 1,
    hops: 0,
    xid: 1,
    secs: 0,
    flags: 0,
    ciaddr: '0.0.0.0',
    yiaddr: '10.0.0.9',
    siaddr: '0.0.0.0',
    giaddr: '0.0.0.0',
    chaddr: '',
    sname: '',
    file: '',
    options,
  });

t.test('the first well-formed option answers', async (t) => {
  const message = answer([
    [54, '0a'],
    [53, '02'],
    [54, '0a000001'],
    [54, '0a000002'],
    [61, '0102'],
    [58, '00000001'],
    [51, '00000e10'],
    [1, 'ffffff00'],
  ]);
  t.equal(messageType(message), MessageType.OFFER);
  t.equal(serverIdentifier(message), 0x0a000001);
  t.same(clientIdentifier(message), octetsOf('0102'));
  t.equal(leaseSeconds(message), 3600);
  t.equal(addressOption(message, 1), 0xffffff00);
  t.match(firstOf(message, 'seconds'), { code: 58 });
});

t.test('what is not there is undefined; a message without a type is a broken promise', async (t) => {
  const message = answer([]);
  for (const absent of [
    serverIdentifier(message),
    clientIdentifier(message),
    leaseSeconds(message),
    addressOption(message, 50),
  ])
    t.equal(absent, undefined);
  t.throws(() => messageType(message), /option 53/);
});

t.test('message types have names', async (t) => {
  t.equal(messageTypeName(MessageType.NAK), 'NAK');
  t.ok(isMessageType(18));
  t.notOk(isMessageType(0));
  t.notOk(isMessageType(19));
  t.throws(() => messageTypeName(99 as 1), RangeError);
});
