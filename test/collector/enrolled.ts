/**
 * A collector that has been initialised, and the other ends of its TLS port: with a certificate, with another's, with none. Keys and
 * signing requests are made as an agent would make them; nothing here is the agent's own code.
 */
import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, credentials, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import '../../shared/io/reflect-metadata.ts';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import pino from 'pino';
import type tap from 'tap';
import { type Collector, startCollector } from '../../collector/collector.ts';
import { init } from '../../collector/init-command.ts';
import { unixMicros } from '../../shared/core/units.ts';
import { type Clock, createClock } from '../../shared/io/clock.ts';
import type { Received } from '../../shared/wire/agents-service.ts';
import type { CertificateReply, JoinReply, JoinRequest } from '../../shared/wire/enrolment-codec.ts';
import { enrolmentService } from '../../shared/wire/enrolment-service.ts';
import { readToken } from '../../shared/wire/enrolment-token.ts';
import { opsService } from '../../shared/wire/ops-service.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** What an end has: its key, and once it has joined its certificate, all PEM. */
export interface Credentials {
  readonly root: string;
  readonly key: string;
  readonly certificate: string;
}

/** A key of its own, with a request for a certificate. */
export async function newKey(): Promise<{ readonly pem: string; readonly request: Uint8Array }> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { pem: pemOf(privateKey), request: await requestFor(privateKey) };
}

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

async function requestFor(key: KeyObject): Promise<Uint8Array> {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  const privateKey = await webcrypto.subtle.importKey('pkcs8', pkcs8, ECDSA, true, ['sign']);
  const { kty, crv, x, y } = await webcrypto.subtle.exportKey('jwk', privateKey);
  const jwk = { kty: kty ?? '', crv: crv ?? '', x: x ?? '', y: y ?? '' };
  const publicKey = await webcrypto.subtle.importKey('jwk', jwk, ECDSA, true, ['verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({
    keys: { privateKey, publicKey },
    signingAlgorithm: ECDSA,
  });
  return new Uint8Array(made.rawData);
}

export const pem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;

/** A gRPC client that believes the root, and shows a certificate if it has one. */
export const tlsClient = (
  address: string,
  root: string,
  own: Pick<Credentials, 'key' | 'certificate'> | null,
): Client =>
  new Client(
    address,
    credentials.createSsl(
      Buffer.from(root),
      own === null ? null : Buffer.from(own.key),
      own === null ? null : Buffer.from(own.certificate),
    ),
  );

/** One unary call. @throws the ServiceError */
export function call<Request, Reply>(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<Request, Reply>,
  request: Request,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, (error, reply) => {
      if (error !== null || reply === undefined) reject(error);
      else resolve(reply);
    });
  });
}

/** What a call was refused with: "CODE words". */
export async function refusalOf(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return 'not refused';
  } catch (error) {
    const { code, details } = error as ServiceError;
    return `${code} ${details}`;
  }
}

/** Joins with a token's text. @throws the ServiceError */
export async function join(
  { address, root }: { readonly address: string; readonly root: string },
  token: string,
  { agent = null as string | null, key }: { agent?: string | null; key: { readonly request: Uint8Array } },
): Promise<Received<JoinReply>> {
  const client = tlsClient(address, root, null);
  try {
    const secret = readToken(token)?.secret ?? new Uint8Array(16);
    const request: JoinRequest = { secret, signingRequest: key.request, agent, version: '0.1.0', host: 'cafe' };
    return await call<Received<JoinRequest>, Received<JoinReply>>(client, enrolmentService.Join, request);
  } finally {
    client.close();
  }
}

/** The same, when a certificate is expected. */
export async function enrol(
  collector: { readonly address: string; readonly root: string },
  token: string,
  agent: string | null,
): Promise<Credentials & { readonly reply: CertificateReply }> {
  const key = await newKey();
  const reply = await join(collector, token, { agent, key });
  if (reply.kind !== 'certificate') throw new Error(`no certificate but ${reply.kind}`);
  return { root: collector.root, key: key.pem, certificate: reply.chain.map(pem).join(''), reply };
}

const config = new URL('../../deploy/hot-standby.yaml', import.meta.url).pathname;
/** A minute ago, on a whole second. */
export const anchorUs = Math.floor(createClock().wall() / 1e6 - 60) * 1e6;
const logger = pino({ level: 'silent' });

/** A collector with its root, its first admin, and a wall clock that the test sets. */
export async function initialised(t: Pick<typeof tap, 'teardown'>, folder: string) {
  const state = `${folder}/state`;
  const made = await init({ state, name: ['127.0.0.1'], admin: 'anna' }, createClock());
  const [token = ''] = /dw1-\S+/.exec(made) ?? [];
  const root = readFileSync(`${state}/tls/ca.crt`, 'utf8');
  const own = createClock();
  let aheadUs = 0;
  const clock: Clock = { monotonic: own.monotonic, wall: () => unixMicros(own.wall() + aheadUs) };
  const open: Collector[] = [];
  const start = async (): Promise<string> => {
    await open.pop()?.close();
    const collector = await startCollector({
      config,
      state,
      grpc: '127.0.0.1:0',
      http: null,
      httpTls: null,
      insecureListen: false,
      caKey: null,
      passphrase: null,
      clock,
      logger,
    });
    open.push(collector);
    return collector.address;
  };
  t.teardown(() => open.pop()?.close());
  const address = await start();
  const anna = await enrol({ address, root }, token, null);
  const reload = async () => (await open[0]?.reload()) ?? false;
  return { state, root, address, anna, token, start, reload, ahead: (days: number) => (aheadUs = days * 86_400e6) };
}

/** A token for agents, made by an admin. */
export const agentToken = async (
  address: string,
  admin: Credentials,
  { uses = 1, approval = false, site = 'corsham' } = {},
) => {
  const client = tlsClient(address, admin.root, admin);
  const { token } = await call(client, opsService.CreateToken, { site, ttl_ms: 3_600_000, uses, approval });
  client.close();
  return token;
};
