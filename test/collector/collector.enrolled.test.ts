/**
 * A collector that was initialised, over its real TLS port: who has no certificate gets nothing but a way to ask for one, an agent with
 * one gets a session for its own site, and one that was thrown out is out at once, also after a restart.
 */
import { readFileSync } from 'node:fs';
import tap from 'tap';
import { encodeBatch } from '../../shared/wire/batch-encoder.ts';
import { enrolmentService } from '../../shared/wire/enrolment-service.ts';
import { readToken } from '../../shared/wire/enrolment-token.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import {
  agentToken,
  anchorUs,
  type Credentials,
  call,
  enrol,
  initialised,
  join,
  newKey,
  pem,
  refusalOf,
  tlsClient,
} from './enrolled.ts';
import { batches, FakeAgent } from './fake-agent.ts';

tap.test('the thread from a token to a stored batch', async (t) => {
  const { root, address, anna } = await initialised(t, t.testdir());
  const token = await agentToken(address, anna);
  const own = await enrol({ address, root }, token, 'corsham-1');
  t.match(own.reply, { site: 'corsham', name: 'corsham-1' });
  const agent = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, root, own));
  t.teardown(() => agent.close());
  await agent.send(batches({ agent: 'corsham-1', anchorUs, seconds: 1 }));
  t.match(await refusalOf(enrol({ address, root }, token, 'corsham-2')), /^16 this token is not valid/, 'used up');
});

/** Asks Ops as a person; the connection is closed again. */
async function asked<Name extends 'RevokeAgent' | 'ApproveAgent' | 'RejectAgent'>(
  { address, anna }: { readonly address: string; readonly anna: Credentials },
  name: Name,
  agent: string,
) {
  const client = tlsClient(address, anna.root, anna);
  try {
    return await call(client, opsService[name] as (typeof opsService)['RevokeAgent'], { agent });
  } finally {
    client.close();
  }
}

/** Why an agent's session is not to be had: code and words. */
async function turnedAway(agent: FakeAgent): Promise<string> {
  const answer = await refusalOf(agent.assignment());
  agent.close();
  return answer;
}

tap.test('without a valid certificate there is nothing but a way to ask for one', async (t) => {
  const { state, root, address, anna, start, ahead } = await initialised(t, t.testdir());
  const own = await enrol({ address, root }, await agentToken(address, anna), 'corsham-1');
  const other = await initialised(t, `${state}/other`);
  const foreign = await enrol(other, await agentToken(other.address, other.anna), 'corsham-1');
  const session = (credentials: Credentials | null, at = address) =>
    turnedAway(new FakeAgent(at, { agent: 'corsham-1', anchorUs }, tlsClient(at, root, credentials)));
  const question = async (credentials: Credentials | null) => {
    const client = tlsClient(address, root, credentials);
    const answer = await refusalOf(call(client, opsService.State, { group: null }));
    client.close();
    return answer;
  };

  t.match(await session(null), /^12 /, 'no certificate: there is no such service');
  t.match(await session(foreign), /^12 /, "another collector's certificate");
  t.match(await session(anna), /^12 /, "a person's");
  t.match(await question(null), /^12 /);
  t.match(await question(own), /^12 /, "an agent's certificate asks no questions of people");
  t.equal(await question(anna), 'not refused');
  t.match(await refusalOf(enrol({ address, root }, `dw1-${'A'.repeat(64)}`, 'corsham-2')), /^16 /, 'a guessed token');

  await asked({ address, anna }, 'RevokeAgent', 'corsham-1');
  t.match(await session(own), /^12 /, 'revoked');
  const restarted = await start();
  t.match(await session(own, restarted), /^12 /, 'and revoked after a restart');
  const again = await enrol({ address: restarted, root }, await agentToken(restarted, anna), 'corsham-1');
  t.equal(await session(again, restarted), 'not refused', 'its new host comes in with a new token');
  ahead(31);
  t.match(await session(again, restarted), /^12 /, 'expired');
});

tap.test(
  'an agent speaks for its own site alone, renews on its stream, and is cut off when it is thrown out',
  async (t) => {
    const { state, root, address, anna } = await initialised(t, t.testdir());
    const own = await enrol({ address, root }, await agentToken(address, anna), 'corsham-1');
    const enter = (hello: { agent: string; site?: string }, credentials: Credentials = own): FakeAgent => {
      const agent = new FakeAgent(address, { anchorUs, ...hello }, tlsClient(address, root, credentials));
      t.teardown(() => agent.close());
      return agent;
    };
    t.match(
      await enter({ agent: 'corsham-1', site: 'bath' }).refusal(),
      /certificate is for agent corsham-1 at site corsham/,
    );
    t.match(await enter({ agent: 'corsham-2' }).refusal(), /the hello says agent corsham-2/);

    const agent = enter({ agent: 'corsham-1' });
    const [batch] = batches({ agent: 'corsham-1', anchorUs, seconds: 1 });
    if (batch === undefined) throw new Error('no batch');
    agent.sendRaw(7, encodeBatch({ ...batch, sequence: 7, site: 'bath' }));
    t.same(await agent.refusals(1), ['7 certificate'], "a batch of another site's");

    const next = await newKey();
    agent.tell({ kind: 'renewal', signingRequest: next.request });
    const chain = await agent.hear((message) =>
      message.kind === 'certificate' && message.chain.length > 0 ? message.chain : null,
    );
    const renewed = { root, key: next.pem, certificate: chain.map(pem).join('') };
    await enter({ agent: 'corsham-1' }, renewed).assignment();

    const live = enter({ agent: 'corsham-1' }, renewed);
    await live.assignment();
    const before = performance.now();
    t.match(await asked({ address, anna }, 'RevokeAgent', 'corsham-1'), { was_enrolled: true });
    t.match(await refusalOf(live.hear(() => null)), /revoked/, 'the live stream ends, with a word');
    t.comment(`revoked and out within ${(performance.now() - before).toFixed(0)} ms`);
    for (const late of [own, renewed]) t.match(await turnedAway(enter({ agent: 'corsham-1' }, late)), /^12 /);
    const journal = readFileSync(`${state}/access/journal.jsonl`, 'utf8');
    t.equal(journal.match(/"act":"agent-refused"/g)?.length, 3, 'who spoke for others stands in the journal');
    t.notMatch(journal, Buffer.from(readToken(await agentToken(address, anna))?.secret ?? []).toString('hex'));
  },
);

tap.test('an admin approves; who slept through its expiry comes back; who was thrown out does not', async (t) => {
  const { root, address, anna, ahead } = await initialised(t, t.testdir());
  const collector = { address, root };
  const token = await agentToken(address, anna, { uses: 2, approval: true });
  const [key, other] = [await newKey(), await newKey()];
  const again = () => join(collector, token, { agent: 'corsham-1', key });
  t.match(await again(), { kind: 'pending', id: 'corsham-1' });
  t.match(await again(), { kind: 'pending' }, 'the same request costs nothing');
  t.match(await refusalOf(join(collector, token, { agent: 'corsham-1', key: other })), /^6 another host waits/);
  t.match(await join(collector, token, { agent: 'corsham-2', key: other }), { kind: 'pending' });
  await asked({ address, anna }, 'ApproveAgent', 'corsham-1');
  await asked({ address, anna }, 'RejectAgent', 'corsham-2');
  t.match(await refusalOf(join(collector, token, { agent: 'corsham-2', key: other })), /^7 an admin has rejected/);
  const given = await again();
  if (given.kind !== 'certificate') throw new Error('not given');
  const own = { root, key: key.pem, certificate: given.chain.map(pem).join('') };

  const out = await enrol(collector, await agentToken(address, anna), 'corsham-3');
  await asked({ address, anna }, 'RevokeAgent', 'corsham-3');
  const renewal = async (credentials: Credentials | null) => {
    const client = tlsClient(address, root, credentials);
    try {
      return await call(client, enrolmentService.Renew, { signingRequest: other.request });
    } finally {
      client.close();
    }
  };
  ahead(31);
  t.match(await refusalOf(renewal(null)), /^9 only a certificate/);
  const renewed = await renewal(own);
  if (renewed.kind !== 'certificate') throw new Error('not renewed');
  const fresh = { root, key: other.pem, certificate: renewed.chain.map(pem).join('') };
  const agent = new FakeAgent(address, { agent: 'corsham-1', anchorUs }, tlsClient(address, root, fresh));
  await agent.assignment();
  agent.close();
  t.match(await refusalOf(renewal(out)), /^7 it was revoked/, 'who was thrown out is not renewed');
  t.match(
    await refusalOf(asked({ address, anna }, 'RevokeAgent', 'corsham-1')),
    /^12 /,
    "the admin's own is over, too",
  );
});
