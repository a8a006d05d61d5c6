/** The line of an enrolled agent to a server of the test's own: which certificate each connection shows, and whom the agent believes. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { type Agent, startAgent } from '../../../agent/agent.ts';
import { keptEnrolment } from '../../../agent/io/enrolment-file.ts';
import { join } from '../../../agent/join.ts';
import { createClock } from '../../../shared/io/clock.ts';
import type { AgentMessage } from '../../../shared/wire/agent-message.ts';
import { agentsService } from '../../../shared/wire/agents-service.ts';
import type { CollectorMessage } from '../../../shared/wire/collector-message.ts';
import { startFakeProber } from '../../fakes/fake-prober.ts';
import { startSecureServer } from '../../shared/secure-server.ts';
import { createTestAuthority } from '../../shared/test-authority.ts';
import { EnrolmentDesk } from '../enrolment-desk.ts';

const logger = pino({ level: process.env['DORAWATCH_LOG_LEVEL'] ?? 'silent' });
const clock = createClock();
const authority = await createTestAuthority();
const issued = await authority.server({ ip: ['127.0.0.1'] });
const SECOND = 1 / 86_400;
type Stream = ServerDuplexStream<AgentMessage, CollectorMessage>;

async function eventually(what: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<boolean> {
  for (let waited = 0; waited < limitMs; waited += 20) {
    if (await what()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Answers as a collector does, as far as an agent needs it to go on. */
async function answer(stream: Stream, desk: EnrolmentDesk, message: AgentMessage): Promise<void> {
  const now = clock.wall();
  if (message.kind === 'clock-probe') {
    stream.write({ kind: 'clock-reply', nonce: message.nonce, received: now, sent: now });
  } else if (message.kind === 'batch') {
    const { epoch, sequence } = message;
    stream.write({ kind: 'acks', ranges: [{ epoch, from: sequence, to: sequence }] });
  } else if (message.kind === 'renewal') {
    desk.renewals += 1;
    if (desk.renewalRefusal === null) stream.write(await desk.certificate(message.signingRequest));
    else stream.write({ kind: 'refusal', reason: 'certificate', text: desk.renewalRefusal.details, batch: null });
  }
}

/** @param refusal what a lobby answers; null: it is no lobby */
async function stage(t: Test, days: readonly [number, number], refusal: EnrolmentDesk['renewalRefusal'] = null) {
  const desk = new EnrolmentDesk(authority);
  desk.days = days;
  desk.renewalRefusal = refusal;
  const streams: Stream[] = [];
  const session = (stream: Stream): void => {
    streams.push(stream);
    stream.on('data', (message: AgentMessage) => void answer(stream, desk, message));
    stream.on('end', () => stream.end()).on('error', () => undefined);
  };
  const sessions = [[agentsService, { Session: session } as never] as const];
  const server = await startSecureServer(issued, authority, [desk.service, ...(refusal === null ? sessions : [])]);
  const collector = `127.0.0.1:${server.port}`;
  const stateDirectory = mkdtempSync(`${tmpdir()}/dorawatch-`);
  const wish = { collector, token: desk.token, stateDirectory, id: null, proxy: null, given: null, again: false };
  await join({ wish, version: '0', clock, say: () => undefined, wait: async () => undefined });
  const enrolment = (await keptEnrolment(stateDirectory)) ?? undefined;
  let agent: Agent | undefined;
  t.teardown(async () => {
    await agent?.stop();
    await server.close();
  });
  agent = await startAgent({
    config: { collector, site: 'corsham', stateDirectory, id: null, enrolment },
    ...{ version: '0', clock, logger, startProber: (given) => startFakeProber(given) },
  });
  if (refusal === null) await eventually(() => agent?.figures.line.connected ?? false);
  return { desk, server, streams, agent, stateDirectory };
}

t.test('the new certificate is shown by the next connection, which comes before the old one ends', async (t) => {
  const { desk, server, agent, stateDirectory } = await stage(t, [-20 * SECOND, 8 * SECOND]);
  desk.days = [-1, 29];
  const before = (await keptEnrolment(stateDirectory))?.key;
  t.ok(await eventually(() => server.shown.length === 3 && agent.figures.line.connected), 'it came again');
  t.ok(agent.figures.line.sessions === 2);
  const kept = await keptEnrolment(stateDirectory);
  t.equal(server.shown[0], undefined, 'joins come as nobody');
  t.equal(server.shown[2]?.serialNumber, new X509Certificate(kept?.chain[0] ?? '').serialNumber);
  t.not(kept?.key, before, 'of a new key');
  t.equal(desk.renewals, 1);
});

t.test('a renewal that is refused ends nothing, and is asked for again', async (t) => {
  const { desk, streams, agent } = await stage(t, [-20 * SECOND, 9 * SECOND]);
  desk.renewalRefusal = { code: status.FAILED_PRECONDITION, details: 'the CA key is not here' };
  t.ok(await eventually(() => desk.renewals >= 2), 'asked again');
  t.equal(streams.length, 1, 'on the same stream');
  t.match(agent.figures, { isResting: false, line: { connected: true } });
});

t.test('without a session for its certificate it asks for a new one, and rests only when it was revoked', async (t) => {
  const other = { code: status.FAILED_PRECONDITION, details: 'it was renewed a moment ago' };
  const early = await stage(t, [-1, 29], other);
  t.ok(await eventually(() => early.desk.renewals === 1), 'asked');
  t.match(early.agent.figures, { isResting: false, line: { connected: false } }, 'it probes on');
  const thrownOut = await stage(t, [-1, 29], { code: status.PERMISSION_DENIED, details: 'it was revoked' });
  t.ok(await eventually(() => thrownOut.agent.figures.isResting), 'it rests');
  const kept = async () => (await keptEnrolment(thrownOut.stateDirectory))?.revoked === 'it was revoked';
  t.ok(await eventually(kept), 'also after a restart');
});

t.test('new roots are believed at once, old ones no longer, and both survive a restart', async (t) => {
  const { server, streams, agent, stateDirectory } = await stage(t, [-1, 29]);
  const next = await createTestAuthority('the next CA');
  const tell = (roots: readonly Uint8Array[]): unknown =>
    streams.at(-1)?.write({ kind: 'certificate', chain: [], roots, site: 'corsham', name: 'a' });
  const known = async (count: number) =>
    eventually(async () => ((await keptEnrolment(stateDirectory))?.roots.length ?? 0) === count);
  tell([authority.der, next.der]);
  t.ok(await known(2), 'kept whole');
  server.turnTo(await next.server({ ip: ['127.0.0.1'] }));
  server.cut();
  t.ok(await eventually(() => streams.length === 2 && agent.figures.line.connected), 'the next CA has signed this one');
  tell([next.der]);
  t.ok(await known(1));
  server.turnTo(issued);
  server.cut();
  t.notOk(await eventually(() => streams.length === 3, 2_500), 'the old CA is not believed any more');
});
