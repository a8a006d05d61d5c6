/** An exchange for people: messages with their way and moment, and how it ended in a sentence that a person can act on. */
import t from 'tap';
import { outcomeText, type ProbePage, probeText } from '../../../../collector/core/ad-hoc/probe-text.ts';
import type { ProbeFrame, ProbeView } from '../../../../shared/core/ops-reply.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { naiveDecode } from '../../../oracle/dhcp4.ts';
import { dhcpVectors } from '../../../vectors/vectors.ts';

const PAGE: ProbePage = { zone: 'UTC', width: null, paint: (word) => `<${word}>`, hex: false };
const START = 1_700_000_000_400_000;

/** The first message of a type among what Kea and perfdhcp said to each other. */
function message(type: string): Uint8Array {
  const found = dhcpVectors().find(({ packet }) => {
    const read = naiveDecode(packet);
    return typeof read !== 'string' && read.options.some(([code, hex]) => code === 53 && hex === type);
  });
  return found?.packet ?? new Uint8Array();
}

const frame = (direction: string, afterUs: number, octets: Uint8Array, unexpected = false): ProbeFrame => ({
  ...{ direction, unexpected, at: unixMicros(START + afterUs), message: octets },
  ...{ source: '10.0.0.1', source_port: 67, destination: '10.0.0.2', destination_port: 67 },
});

const view = (fields: Partial<ProbeView> = {}): ProbeView => ({
  ...{ agent: 'a1', site: 'corsham', group: 'g', server: 's', address: '10.0.0.2', bucket: null, kind: 'dora' },
  ...{ outcome: 'acked', stage: 'ack', wait_ms: 3000, offer_us: 1500, ack_us: 2000, total_us: 4000, released: true },
  ...{ stamped: 'kernel', clock_offset_us: null, clock_error_us: null, shed_frames: 0 },
  frames: [frame('sent', 0, message('01')), frame('received', 4000, message('05'))],
  ...fields,
});

t.test('how it ended, and what to make of it', async (t) => {
  const say = (fields: Partial<ProbeView>) => outcomeText(view(fields), PAGE);
  t.match(
    say({}),
    /^<Answered>: ACK 4\.000 ms after the DISCOVER \(OFFER after 1\.500 ms, ACK 2\.000 ms after the REQUEST\)\. [\d.]+ was given for \w.* and has been released\.$/,
  );
  t.match(say({ released: false }), /is left to expire: nothing is released here\.$/);
  t.match(say({ stamped: 'user' }), /\(answers stamped when they were read\)/);
  t.equal(say({ kind: 'do', stage: 'offer' }), '<Answered>: OFFER 1.500 ms after the DISCOVER.');
  t.equal(say({ outcome: 'dropped', stage: 'offer' }), '<Not answered>: no OFFER within 3000 ms of the DISCOVER.');
  t.match(
    say({ outcome: 'dropped' }),
    /no ACK within 3000 ms of the DISCOVER, though the OFFER came after 1\.500 ms\.$/,
  );
  t.equal(say({ outcome: 'naked' }), '<Refused>: the server answered NAK.');
  t.match(say({ outcome: 'refused' }), /ICMP port unreachable\. The host 10\.0\.0\.2 lives/);
  t.match(say({ outcome: 'unreachable' }), /there is no way to 10\.0\.0\.2 from the site/);
  t.match(say({ outcome: 'unmeasured' }), /^<Not measured>: .* try again\.$/);
  t.equal(say({ outcome: 'new' }), 'It ended as "new", which this version does not know.');
});

t.test('messages: arrow, moment, type and way; a stranger is called one; hex below', async (t) => {
  const frames = [frame('sent', 0, message('01')), frame('received', 1500, Uint8Array.of(0x1b), true)];
  const text = probeText(view({ frames, bucket: 1, shed_frames: 2, outcome: 'dropped' }), { ...PAGE, hex: true });
  const lines = text.split('\n');
  t.equal(lines[0], 'a1 at corsham asks s of g (10.0.0.2), as a client of bucket 1, at 2023-11-14 22:13:20.4 (UTC)');
  t.match(lines[2], /^<→> {5}0\.000 ms {2}<DISCOVER> {2}10\.0\.0\.1:67 → 10\.0\.0\.2:67, \d+ octets$/);
  t.match(text, /^<←> {5}1\.500 ms {2}<malformed> .*, 1 octet, <not from the server>$/m);
  t.match(text, /^ {4}0000 {2}1b {48,}\|\.\|$/m);
  t.match(text, /^2 more messages were too many or too long to be shown\.$/m);
  t.match(lines.at(-2), /^<Not answered>/, 'last, above the prompt');
  t.notOk(text.includes('\u001b'), 'nothing from the wire moves the cursor');
});
