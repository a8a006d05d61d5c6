/**
 * What an attacker on an enrolled collector's port has to work with, and what it tells of an attempt: how many, how many got in, and what
 * was said to the last. Strangers come from addresses of their own, as they would; the loopback network has sixteen million.
 */
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Credentials } from '../enrolled.ts';

/** By name: of an agent of bath, one that was thrown out, one whose certificate is over, and one of another collector's. */
export interface Context {
  readonly address: string;
  readonly root: string;
  readonly member: Credentials;
  readonly revoked: Credentials;
  readonly expired: Credentials;
  readonly foreign: Credentials;
  /** Texts of tokens: used up, and past their time. */
  readonly used: string;
  readonly over: string;
}

export interface Tried {
  readonly tried: number;
  readonly gotIn: number;
  readonly said: string;
}

export interface Attack {
  readonly name: string;
  /** @param ms how long to go on */
  readonly run: (context: Context, ms: number) => Promise<Tried>;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Address of one stranger among many. */
export const strangerAt = (n: number): string => `127.1.${(n >> 8) & 255}.${1 + (n % 250)}`;

export const placeOf = ({ address }: Context): { readonly host: string; readonly port: number } => {
  const [host = '', port = ''] = address.split(':');
  return { host, port: Number(port) };
};

/** A TLS connection that speaks HTTP/2, from a stranger's address unless it has a certificate. @throws what TLS says */
export function secured(
  context: Context,
  own: Credentials | null,
  options: ConnectionOptions = {},
  from = '127.2.0.1',
): Promise<TLSSocket> {
  const shown = own === null ? {} : { cert: own.certificate, key: own.key };
  const socket = connectTcp({ ...placeOf(context), localAddress: from });
  const { host } = placeOf(context);
  const tls = connect({ socket, host, ca: context.root, ALPNProtocols: ['h2'], ...shown, ...options });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      tls.destroy();
      reject(error);
    };
    socket.once('error', fail);
    tls.once('error', fail);
    tls.once('close', () => fail(new Error('closed')));
    tls.once('secureConnect', () => {
      tls.on('error', () => tls.destroy());
      resolve(tls);
    });
  });
}

/** Attempts one after another, some at a time, for so long; an attempt says why not, or null: it got in. */
export async function repeatedly(
  ms: number,
  attempt: (n: number) => Promise<string | null>,
  atOnce = 4,
): Promise<Tried> {
  const end = performance.now() + ms;
  let [tried, gotIn, said] = [0, 0, ''];
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      tried += 1;
      const answer = await Promise.race([attempt(tried), pause(5_000).then(() => 'no answer')]);
      if (answer === null) gotIn += 1;
      else said = answer;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { tried, gotIn, said };
}
