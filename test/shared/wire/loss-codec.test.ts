/** A Loss both ways, and what is none. */
import t from 'tap';
import { epochMicros, unixMicros } from '../../../shared/core/units.ts';
import { decodeAgentMessage, encodeAgentMessage } from '../../../shared/wire/agent-message.ts';
import { isDecodeError } from '../../../shared/wire/decode-error.ts';
import { decodeLoss, encodeLoss, type Loss } from '../../../shared/wire/loss-codec.ts';
import { v1 } from '../../../shared/wire/protobuf.ts';

const loss: Loss = {
  kind: 'loss',
  epoch: 1_700_000_000_000_000,
  anchor: unixMicros(1_700_000_000_000_000),
  from: 7,
  to: 3606,
  fromUs: epochMicros(6e6),
  toUs: epochMicros(3606e6),
  groups: [
    { group: 'corsham-dhcp', exchanges: 72_000 },
    { group: 'g', exchanges: 0 },
  ],
  cause: 'unspooled',
};

t.test('a loss survives the wire and the disk', async (t) => {
  t.strictSame(decodeAgentMessage(encodeAgentMessage(loss)), loss);
  t.strictSame(decodeLoss(encodeLoss({ ...loss, cause: 'shed', groups: [] })), { ...loss, cause: 'shed', groups: [] });
});

t.test('truncated or inconsistent, it is an error and no exception', async (t) => {
  const bytes = encodeLoss(loss);
  for (let length = 0; length < bytes.length; length += 1) decodeLoss(bytes.subarray(0, length));
  const odd = v1.Loss.encode({ epoch: 1, from: 1, group: ['g'], exchanges: [] }).finish();
  t.ok(isDecodeError(decodeLoss(odd)), 'columns of different length');
  t.ok(
    isDecodeError(decodeLoss(v1.Loss.encode({ epoch: 1, from: 1, from_us: 2, to_us: 1 }).finish())),
    'a span that ends first',
  );
  t.ok(isDecodeError(decodeLoss(v1.Loss.encode({ from: 1 }).finish())), 'no epoch');
});

t.test('a heartbeat tells what is wrong', async (t) => {
  const beat = {
    kind: 'heartbeat' as const,
    backlogBatches: 3,
    loopDelayMaxUs: 0 as never,
    assignmentVersion: 1,
    shedBatches: 0,
    refusedBatches: 0,
    leases: [{ group: 'g', server: 'primary', scope: null, held: 1, worst: 31 }],
    resting: null,
  };
  for (const trouble of [null, 'the disk is full'])
    t.strictSame(decodeAgentMessage(encodeAgentMessage({ ...beat, trouble })), { ...beat, trouble });
});
