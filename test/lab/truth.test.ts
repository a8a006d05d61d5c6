/**
 * The truth reader on captures made here octet by octet, so that each moment is known. A truth that reads wrongly would
 * fail the product for its own mistakes, or worse, agree with them.
 */
import t from 'tap';
import { parseCapture } from './pcap.ts';
import { gaps, overlaps, servicePeriods } from './truth.ts';
import { type WireExchange, wireExchanges, wireIcmp, wirePackets } from './wire.ts';

const SITE = '10.77.0.10';
const SERVER = '10.77.1.2';

function octets(address: string): number[] {
  return address.split('.').map(Number);
}

/** An Ethernet frame with a DHCP message of this type; client messages go to the server, answers come from it. */
function dhcpFrame(type: number, xid: number, lastOctet = 1): Buffer {
  const isAnswer = [2, 5, 6].includes(type);
  const [source, destination] = isAnswer ? [SERVER, SITE] : [SITE, SERVER];
  const bootp = Buffer.alloc(240);
  bootp.set([isAnswer ? 2 : 1, 1, 6, 1]);
  bootp.writeUInt32BE(xid, 4);
  bootp.set(octets(SITE), 24);
  bootp.set([2, 0, 0, 0, 0, lastOctet], 28);
  bootp.writeUInt32BE(0x63825363, 236);
  const payload = Buffer.concat([bootp, Buffer.from([53, 1, type, 0, 54, 4, ...octets(SERVER), 255])]);
  return ipFrame(17, source, destination, Buffer.concat([udpHeader(payload.length), payload]));
}

function udpHeader(payloadOctets: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(67, 0);
  header.writeUInt16BE(67, 2);
  header.writeUInt16BE(8 + payloadOctets, 4);
  return header;
}

function ipFrame(protocol: number, source: string, destination: string, body: Buffer): Buffer {
  const header = Buffer.alloc(34);
  header.writeUInt16BE(0x0800, 12);
  header.set([0x45], 14);
  header.writeUInt16BE(20 + body.length, 16);
  header.set([protocol], 23);
  header.set(octets(source), 26);
  header.set(octets(destination), 30);
  return Buffer.concat([header, body]);
}

/** A pcap file of these frames, each `[nanoseconds since 1970 / 1000, frame]`. */
function pcap(frames: readonly (readonly [number, Buffer])[], endian: 'LE' | 'BE' = 'LE'): Buffer {
  const write = (buffer: Buffer, value: number, at: number): void => {
    if (endian === 'LE') buffer.writeUInt32LE(value, at);
    else buffer.writeUInt32BE(value, at);
  };
  const header = Buffer.alloc(24);
  write(header, 0xa1b23c4d, 0);
  write(header, 1, 20);
  const records = frames.map(([atUs, frame]) => {
    const record = Buffer.alloc(16);
    write(record, Math.floor(atUs / 1e6), 0);
    write(record, (atUs % 1e6) * 1000, 4);
    write(record, frame.length, 8);
    write(record, frame.length, 12);
    return Buffer.concat([record, frame]);
  });
  return Buffer.concat([header, ...records]);
}

t.test('a captured DORA is one exchange with the moment of each message, in either byte order', async (t) => {
  const at = 1_795_000_000_000_000;
  const frames = [1, 2, 3, 5, 7].map((type, index) => [at + index * 500, dhcpFrame(type, 0xfeedface)] as const);
  for (const endian of ['LE', 'BE'] as const) {
    const packets = wirePackets(parseCapture(pcap(frames, endian), 'made here'));
    t.match(packets[1], { message: 'OFFER', server: SERVER, destination: SITE, giaddr: SITE, serverId: SERVER });
    const chaddr = '02:00:00:00:00:01';
    t.same(wireExchanges(packets), [
      {
        ...{ server: SERVER, xid: 0xfeedface, chaddr, discoverUs: at, offerUs: at + 500, requestUs: at + 1000 },
        ...{ ackUs: at + 1500, releaseUs: at + 2000 },
      },
    ]);
  }
});

t.test('the same xid and client again is another exchange; a cut-short record is left out', async (t) => {
  const frames = [1, 2, 1].map((type, index) => [1e12 + index * 1000, dhcpFrame(type, 7)] as const);
  const whole = pcap(frames);
  t.equal(wireExchanges(wirePackets(parseCapture(whole, 'made here'))).length, 2);
  t.equal(wireExchanges(wirePackets(parseCapture(whole.subarray(0, -1), 'made here'))).length, 1);
});

t.test('an ICMP port unreachable is read, and a file of another kind is refused', async (t) => {
  const icmp = ipFrame(1, SERVER, SITE, Buffer.from([3, 3, 0, 0, 0, 0, 0, 0]));
  t.match(wireIcmp(parseCapture(pcap([[1e12, icmp]]), 'made here')), [{ type: 3, code: 3, source: SERVER }]);
  t.throws(() => parseCapture(Buffer.alloc(100), 'zeros'), { code: 'BAD_CAPTURE' });
});

/** An exchange every 100 ms from `from` to `to` (ms); answered ones take 1 ms to the OFFER and 50 ms to the ACK. */
function traffic(server: string, from: number, to: number, kind: 'answered' | 'silent'): WireExchange[] {
  return Array.from({ length: (to - from) / 100 }, (_, index) => {
    const discoverUs = (from + index * 100) * 1000;
    const base = { server, xid: discoverUs, chaddr: '02', discoverUs };
    if (kind === 'silent') return base;
    return { ...base, offerUs: discoverUs + 1000, requestUs: discoverUs + 40_000, ackUs: discoverUs + 50_000 };
  });
}

t.test('a failover and a fail-back: periods, both gaps, no overlap', async (t) => {
  const exchanges = [
    ...traffic('primary', 0, 3000, 'answered'),
    ...traffic('primary', 3000, 9000, 'silent'),
    ...traffic('primary', 9000, 12_000, 'answered'),
    ...traffic('standby', 10, 6010, 'silent'),
    ...traffic('standby', 6010, 8010, 'answered'),
    ...traffic('standby', 8010, 12_010, 'silent'),
  ];
  const periods = servicePeriods(exchanges, 3_000_000);
  t.match(periods, [
    { server: 'primary', from: undefined, to: { earliest: 2_950_000, latest: 3_000_000 }, completed: 30 },
    { server: 'primary', from: { earliest: 8_900_000, latest: 9_001_000 }, to: undefined, completed: 30 },
    { from: { earliest: 5_910_000, latest: 6_011_000 }, to: { earliest: 7_960_000, latest: 8_010_000 } },
  ]);
  t.match(gaps(periods), [
    { durationUs: 2_985_500, uncertaintyUs: 75_500 },
    { durationUs: 965_500, uncertaintyUs: 75_500 },
  ]);
  t.same(overlaps(periods), []);
});

t.test('killed between OFFER and REQUEST: the OFFER is the last answer, the REQUEST the first silence', async (t) => {
  const straddling = { server: 'p', xid: 1, chaddr: '02', discoverUs: 1e6, offerUs: 1_001_000, requestUs: 1_040_000 };
  const exchanges = [...traffic('p', 0, 1000, 'answered'), straddling, ...traffic('p', 1100, 2000, 'silent')];
  t.match(servicePeriods(exchanges, 3e6), [{ to: { earliest: 1_001_000, latest: 1_040_000 } }]);
});

t.test('an answer that comes after the first silence does not turn the bracket round', async (t) => {
  const slow = { server: 'p', xid: 1, chaddr: '02', discoverUs: 900_000, offerUs: 901_000, ackUs: 1_050_000 };
  const exchanges = [...traffic('p', 0, 900, 'answered'), slow, ...traffic('p', 1000, 2000, 'silent')];
  t.match(servicePeriods(exchanges, 3e6), [{ to: { earliest: 901_000, latest: 1_000_000 }, lastUs: 1_050_000 }]);
});

t.test(
  'an ACK after the drop time is no service; a stray loss splits a period unless fall says otherwise',
  async (t) => {
    const late = { server: 'p', xid: 1, chaddr: '02', discoverUs: 1e6, offerUs: 1_001_000, ackUs: 4_500_000 };
    const exchanges = [...traffic('p', 0, 1000, 'answered'), late, ...traffic('p', 1100, 2000, 'answered')];
    t.equal(servicePeriods(exchanges, 3e6).length, 2);
    t.equal(servicePeriods(exchanges, 3e6, { fall: 3 }).length, 1);
  },
);

t.test('both serving at once is an overlap and no gap', async (t) => {
  const exchanges = [
    ...traffic('a', 0, 3000, 'answered'),
    ...traffic('a', 3000, 5000, 'silent'),
    ...traffic('b', 0, 2000, 'silent'),
    ...traffic('b', 2000, 5000, 'answered'),
  ];
  const periods = servicePeriods(exchanges, 3e6);
  t.same(gaps(periods), []);
  t.match(overlaps(periods), [{ start: { latest: 2_001_000 }, end: { latest: 3_000_000 } }]);
});

t.test(
  'a server that answers with NAKs serves nobody from the first of them on, though one exchange goes unanswered',
  async (t) => {
    const at = (
      discoverUs: number,
    ): Pick<WireExchange, 'server' | 'xid' | 'chaddr' | 'discoverUs' | 'offerUs' | 'requestUs'> => {
      return {
        server: SERVER,
        xid: discoverUs,
        chaddr: '02',
        discoverUs,
        offerUs: discoverUs + 1,
        requestUs: discoverUs + 2,
      };
    };
    const exchanges: WireExchange[] = [
      { ...at(100), ackUs: 103 },
      { ...at(200), nakUs: 203 },
      { ...at(300), nakUs: 303 },
      at(400),
      { ...at(500), nakUs: 503 },
      { ...at(600), ackUs: 603 },
    ];
    const [before, after] = servicePeriods(exchanges, 50);
    t.same(before?.to, { earliest: 103, latest: 200 });
    t.same(after?.from, { earliest: 500, latest: 601 });
  },
);
