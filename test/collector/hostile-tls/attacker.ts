/**
 * The attackers as a process of their own, so that the collector's CPU and the honest agents' are theirs alone. CONTEXT holds the means
 * (JSON); one attack after another begins at a line on standard input, and its story is a line of JSON.
 *
 * usage: attacker.ts MILLISECONDS_EACH
 */
import { createInterface } from 'node:readline';
import type { Context } from './attack.ts';
import { CREDENTIAL_ATTACKS } from './credential-attacks.ts';
import { HTTP2_ATTACKS } from './http2-attacks.ts';
import { TLS_ATTACKS } from './tls-attacks.ts';

const ms = Number(process.argv[2]);
const context = JSON.parse(process.env['CONTEXT'] ?? '{}') as Context;
const attacks = [...CREDENTIAL_ATTACKS, ...TLS_ATTACKS, ...HTTP2_ATTACKS];
// A connection that the collector ends in the midst of a frame is what is wanted; which call it fails in is not foreseeable.
process.on('uncaughtException', (error) => console.error(String(error)));

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for (const { name, run } of attacks) {
  console.log(JSON.stringify({ next: name }));
  if ((await lines.next()).done === true) break;
  console.log(JSON.stringify({ attack: name, ...(await run(context, ms)) }));
}
process.exit(0);
