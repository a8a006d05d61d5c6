/**
 * A program that asks two DHCP servers the same DISCOVERs, as a relay, and prints who answered whom: clients with option 61 and
 * without. Written from RFC 2131 alone. perfdhcp was refused: its clients all have option 61.
 * Usage: asker.ts GIADDR SERVER SERVER COUNT
 */
import { createSocket } from 'node:dgram';

const [giaddr = '', first = '', second = '', count = '0'] = process.argv.slice(2);
const WAIT_MS = 2_000;
const PACE_MS = 5;

interface Client {
  readonly chaddr: string;
  readonly clientId: string | null;
  answeredBy: string[];
}

/** Client n: its address is spread over the octets, and every other one has a client identifier of some length. */
function client(n: number): Client {
  const chaddr = `02${((n * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}${(n & 255).toString(16).padStart(2, '0')}`;
  const clientId = n % 2 === 0 ? null : n % 4 === 1 ? `01${chaddr}` : `ff${chaddr.repeat((n % 7) + 1)}`;
  return { chaddr, clientId, answeredBy: [] };
}

function discover(n: number, { chaddr, clientId }: Client): Buffer {
  const head = Buffer.alloc(240);
  head.set([1, 1, 6, 1]);
  head.writeUInt32BE(n + 1, 4);
  head.set(giaddr.split('.').map(Number), 24);
  head.write(chaddr, 28, 'hex');
  head.writeUInt32BE(0x63825363, 236);
  const id = clientId === null ? [] : [61, clientId.length / 2, ...Buffer.from(clientId, 'hex')];
  const options = Buffer.from([53, 1, 1, ...id, 255]);
  return Buffer.concat([head, options, Buffer.alloc(Math.max(0, 60 - options.length))]);
}

const clients = Array.from({ length: Number(count) }, (_, n) => client(n));
const socket = createSocket('udp4');
socket.on('message', (octets, from) => {
  const asked = clients[octets.readUInt32BE(4) - 1];
  if (asked !== undefined && !asked.answeredBy.includes(from.address)) asked.answeredBy.push(from.address);
});
socket.bind(67, giaddr, async () => {
  for (const [n, asking] of clients.entries()) {
    for (const server of [first, second]) socket.send(discover(n, asking), 67, server);
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
  setTimeout(() => {
    process.stdout.write(`${JSON.stringify(clients)}\n`);
    socket.close();
  }, WAIT_MS);
});
