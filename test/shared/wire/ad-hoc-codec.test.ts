/** Ad-hoc requests and answers both ways, and what is none. */
import t from 'tap';
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_EXCHANGE } from '../../../shared/core/limits.ts';
import { ipv4 } from '../../../shared/core/net/ipv4.ts';
import { microseconds, milliseconds, unixMicros } from '../../../shared/core/units.ts';
import type { AdHocAnswer, AdHocAsk } from '../../../shared/wire/ad-hoc-codec.ts';
import { decodeAgentMessage, encodeAgentMessage } from '../../../shared/wire/agent-message.ts';
import { decodeCollectorMessage, encodeCollectorMessage } from '../../../shared/wire/collector-message.ts';
import { v1 } from '../../../shared/wire/protobuf.ts';

const ask: AdHocAsk = {
  kind: 'ad-hoc-request',
  request: 7,
  asked: { group: 'g', server: 's', bucket: 0, kind: 'do', dropTimeMs: milliseconds(3000) },
};
const frame = {
  direction: 'sent' as const,
  isUnexpected: false,
  at: unixMicros(1_700_000_000_000_001),
  source: ipv4(0x0a000001),
  sourcePort: 67,
  destination: ipv4(0xfffffffe),
  destinationPort: 65_535,
  message: Uint8Array.of(1, 2, 3),
};
const exchange = {
  kind: 'exchange' as const,
  outcome: 'dropped' as const,
  stage: 'ack' as const,
  offerUs: microseconds(0),
  ackUs: null,
  totalUs: null,
  released: true,
  stamped: 'kernel' as const,
  frames: [frame, { ...frame, direction: 'received' as const, isUnexpected: true, message: new Uint8Array() }],
  shedFrames: 2,
};
const answer: AdHocAnswer = { kind: 'ad-hoc-answer', request: 7, result: exchange };

t.test('what is asked and answered survives the wire; 0 µs is not absence', async (t) => {
  for (const bucket of [null, 0, 1, 255]) {
    const asked = { ...ask, asked: { ...ask.asked, bucket } };
    t.same(decodeCollectorMessage(encodeCollectorMessage(asked)), asked);
  }
  t.strictSame(decodeAgentMessage(encodeAgentMessage(answer)), answer);
  const no: AdHocAnswer = { ...answer, result: { kind: 'refusal', text: 'busy' } };
  t.same(decodeAgentMessage(encodeAgentMessage(no)), no);
});

t.test('what breaks a rule is an error with its field', async (t) => {
  const fieldOf = (value: object) => ('field' in value ? value.field : undefined);
  const request = (fields: object) =>
    fieldOf(decodeCollectorMessage(v1.CollectorMessage.encode({ ad_hoc_request: fields }).finish()));
  t.equal(request({ request: 1, server: 's', drop_time_ms: 1 }), 'ad_hoc_request.group');
  t.equal(request({ request: 1, group: 'g', server: 's' }), 'ad_hoc_request.drop_time_ms');
  t.equal(request({ group: 'g', server: 's', drop_time_ms: 1 }), 'ad_hoc_request.request');
  const answered = (fields: object) =>
    fieldOf(decodeAgentMessage(v1.AgentMessage.encode({ ad_hoc_answer: { request: 1, exchange: fields } }).finish()));
  t.equal(answered({ outcome: 6 }), 'exchange.outcome');
  t.equal(answered({ frames: Array.from({ length: MAX_FRAMES_PER_EXCHANGE + 1 }, () => ({})) }), 'exchange.frames');
  t.equal(answered({ frames: [{ message: new Uint8Array(MAX_FRAME_BYTES + 1) }] }), 'frames.message');
  t.equal(answered({ frames: [{ source_port: 65_536 }] }), 'frames.source_port');
  const bytes = encodeAgentMessage(answer);
  for (let length = 1; length < bytes.length; length += 1) decodeAgentMessage(bytes.subarray(0, length));
});
