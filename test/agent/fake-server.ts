/**
 * A DHCP server with one fault, for what no real one can be made to do. It writes its octets by hand and shares nothing with
 * the product. Usage: fake-server FAULT [DELAY_MS]; both answers are delayed.
 */
import { createSocket } from 'node:dgram';
import { OTHER_ADDRESS, SERVER_ADDRESS } from './probe-network.ts';

const [fault = 'none', delay = '0'] = process.argv.slice(2);
const socket = createSocket('udp4');
const other = createSocket('udp4');

function answer(request: Buffer, type: number): Buffer {
  const reply = Buffer.alloc(300);
  request.copy(reply, 0, 0, 44);
  reply[0] = 2;
  reply.writeUInt32BE(0x0a470000 + 100 + (reply[33] ?? 0), 16);
  if (fault === 'wrong-xid') reply.writeUInt32BE((request.readUInt32BE(4) ^ 0x5a5a5a5a) >>> 0, 4);
  if (fault === 'wrong-chaddr') reply[30] = (reply[30] ?? 0) ^ 1;
  const serverId = fault === 'no-server-id' ? [] : [54, 4, 10, 71, 0, 2];
  Buffer.from([0x63, 0x82, 0x53, 0x63, 53, 1, type, ...serverId, 51, 4, 0, 0, 14, 16, 255]).copy(reply, 236);
  return fault === 'truncated' ? reply.subarray(0, 100) : reply;
}

function typeOf(request: Buffer): number {
  for (let at = 240; at < request.length && request[at] !== 255; at += 2 + (request[at + 1] ?? 0))
    if (request[at] === 53) return request[at + 2] ?? 0;
  return 0;
}

socket.on('message', (request) => {
  const type = typeOf(request);
  if (type !== 1 && type !== 3) return;
  if (fault === 'silent' || (fault === 'no-ack' && type === 3)) return;
  const reply = answer(request, type === 1 ? 2 : fault === 'nak' ? 6 : 5);
  const giaddr = [...request.subarray(24, 28)].join('.');
  const from = fault === 'wrong-source' ? other : socket;
  const send = (): void => from.send(reply, 67, giaddr);
  setTimeout(() => {
    send();
    if (fault === 'duplicate') send();
  }, Number(delay));
});

other.bind(67, OTHER_ADDRESS, () => socket.bind(67, SERVER_ADDRESS, () => console.log('serving')));
