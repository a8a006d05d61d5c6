/**
 * An agent speaks for the site of its certificate, under the name that stands there, and for nothing else: not in its hello, and not in
 * a batch. Rejected: taking the site from the certificate without a word; a host that was told another site would be believed to be
 * where it is not.
 */
import type { AgentIdentity } from './identity.ts';

interface Spoken {
  readonly agent: string;
  readonly site: string;
}

/** @param what "the hello", "the batch" @returns why it may not say that; null: it may */
export function trespass({ name, site }: AgentIdentity, what: string, spoken: Spoken): string | null {
  if (spoken.agent === name && spoken.site === site) return null;
  return (
    `the certificate is for agent ${name} at site ${site}, and ${what} says agent ${spoken.agent} at site ${spoken.site}; ` +
    `an agent that moves is enrolled anew: dorawatch agents revoke ${name}, and a token for the other site`
  );
}
