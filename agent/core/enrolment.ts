/**
 * What an agent has from its enrolment: which collector to speak to and as whom, the key that nobody else has, its certificate, and whom to
 * believe. One file, replaced whole: a kill leaves the old enrolment or the new one. Rejected: a file each, as web servers have them; a
 * power cut between two of them leaves a key without its certificate.
 */
import type { UnixMicros } from '../../shared/core/units.ts';

/** What is written. */
export interface Enrolment {
  /** host:port; an IPv6 host in brackets. */
  readonly collector: string;
  readonly site: string;
  readonly agent: string;
  /** http://host:port, without a login; null: straight. */
  readonly proxy: string | null;
  /** PEM: PKCS #8; its own certificate first; the roots. */
  readonly key: string;
  readonly chain: readonly string[];
  readonly roots: readonly string[];
  /** What the collector said when it revoked the certificate; null: it did not. */
  readonly revoked: string | null;
}

/** What is written, and what its certificate says. */
export interface KeptEnrolment extends Enrolment {
  /** Collector's clock. */
  readonly validFrom: UnixMicros;
  readonly validTo: UnixMicros;
}

const VERSION = 1;

export const enrolmentText = ({ collector, site, agent, proxy, key, chain, roots, revoked }: Enrolment): string =>
  `${JSON.stringify({ version: VERSION, collector, site, agent, proxy, key, chain, roots, revoked }, null, 1)}\n`;

/** @returns what is wrong with it, as a string, when it cannot be read */
export function readEnrolment(text: string): Enrolment | string {
  const fields = parsed(text);
  if (fields === null) return 'it is no JSON';
  if (fields['version'] !== VERSION) return 'it is of another version';
  const missing = ['collector', 'site', 'agent', 'key'].find((name) => !isText(fields[name]));
  if (missing !== undefined) return `"${missing}" is missing`;
  const empty = ['chain', 'roots'].find((name) => !isTexts(fields[name]));
  if (empty !== undefined) return `"${empty}" is missing`;
  const known = fields as unknown as Enrolment;
  return { ...known, proxy: known.proxy ?? null, revoked: known.revoked ?? null };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText);

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
