/** Who comes with the wrong certificate, with none, in another's name, or with a token that is none. */
import { tokenText } from '../../../shared/wire/enrolment-token.ts';
import { type Credentials, enrol, join, refusalOf, tlsClient } from '../enrolled.ts';
import { batches, FakeAgent } from '../fake-agent.ts';
import { anchorUs } from '../hostile-agents.ts';
import { type Attack, type Context, repeatedly } from './attack.ts';

type Hello = ConstructorParameters<typeof FakeAgent>[1];

/** A session with this hello. @returns why it is not had; null: it is */
async function session({ address, root }: Context, own: Credentials | null, hello: Hello): Promise<string | null> {
  const agent = new FakeAgent(address, { anchorUs, ...hello }, tlsClient(address, root, own));
  const answer = await Promise.race([refusalOf(agent.assignment()), agent.refusal().catch(String)]);
  agent.close();
  return answer === 'not refused' ? null : answer;
}

const sessionAs = (name: string, pick: (context: Context) => Credentials | null, hello: Hello): Attack => ({
  name,
  run: (context, ms) => repeatedly(ms, () => session(context, pick(context), hello)),
});

const honest = { agent: 'honest-corsham', site: 'corsham' };

/** In its own session, batches as another agent would send them. */
async function foreignBatch({ address, root, member }: Context): Promise<string | null> {
  const agent = new FakeAgent(address, { agent: 'bath-1', site: 'bath', anchorUs }, tlsClient(address, root, member));
  const stored = agent.send(batches({ ...honest, anchorUs, seconds: 1 })).then(() => null);
  const answer = await Promise.race([stored.catch(String), agent.refusal().catch(String)]);
  agent.close();
  return answer;
}

const joinWith = (name: string, token: (context: Context, n: number) => string): Attack => ({
  name,
  run: (context, ms) =>
    repeatedly(ms, async (n) => {
      const answer = await refusalOf(enrol(context, token(context, n), `stranger-${n}`));
      return answer === 'not refused' ? null : answer;
    }),
});

/** @returns null when a stranger's octets came as far as the parser of signing requests, which says so */
async function unreadable(context: Context): Promise<string | null> {
  const key = { request: new Uint8Array(2_000).fill(0x30) };
  const guessed = tokenText({ fingerprint: new Uint8Array(32), secret: new Uint8Array(16) });
  const answer = await refusalOf(join(context, guessed, { agent: 'stranger', key }));
  return /^(3|not refused)/.test(answer) ? null : answer;
}

export const CREDENTIAL_ATTACKS: readonly Attack[] = [
  sessionAs('no certificate', () => null, honest),
  sessionAs("another CA's certificate", ({ foreign }) => foreign, honest),
  sessionAs('an expired certificate', ({ expired }) => expired, { agent: 'expired-1', site: 'corsham' }),
  sessionAs('a revoked certificate', ({ revoked }) => revoked, { agent: 'revoked-1', site: 'corsham' }),
  sessionAs("another site's certificate, in a hello", ({ member }) => member, honest),
  { name: "another site's certificate, in batches", run: (context, ms) => repeatedly(ms, () => foreignBatch(context)) },
  {
    name: 'a signing request that is none, and no token',
    run: (context, ms) => repeatedly(ms, () => unreadable(context)),
  },
  joinWith('a token replayed', ({ used }) => used),
  joinWith('a token that is over', ({ over }) => over),
  joinWith('tokens guessed', (_, n) =>
    tokenText({ fingerprint: new Uint8Array(32), secret: Uint8Array.from({ length: 16 }, (_, at) => (n >> at) & 255) }),
  ),
];
