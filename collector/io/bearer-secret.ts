/**
 * Secrets that are carried in a header or a cookie: made of 32 octets of the kernel's, told once, and known by their SHA-256 from then
 * on. Rejected: a slow hash as for passwords; nobody guesses 256 bits, and every request would pay for it.
 */
import { createHash } from 'node:crypto';
import { randomBytes } from '../../shared/io/random.ts';

const PREFIX = 'dwb1-';

/** A session's identifier: 43 letters, digits, "-" and "_". */
export const newSecret = (): string => Buffer.from(randomBytes(32)).toString('base64url');

/** A bearer token as it is printed; the prefix lets people and scanners of repositories tell what it is. */
export const newBearer = (): string => PREFIX + newSecret();

/** Whether a text could be a bearer token at all. */
export const isBearer = (text: string): boolean => /^dwb1-[A-Za-z0-9_-]{43}$/.test(text);

/** @returns SHA-256, hexadecimal */
export const secretHash = (secret: string): string => createHash('sha256').update(secret).digest('hex');
