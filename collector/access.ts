/**
 * Whom the collector believes, put together at its start: what lies in tls/, the access journal with its book, the registry over both,
 * and the connections that are open. Without tls/ there is none of it, and the collector is open. Rejected: a flag that says which;
 * it would be forgotten once, and hundreds of sites be open for an evening.
 */
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { type AgentIdentity, memberKey } from './core/access/identity.ts';
import { MEMBERS_MAX, TRESPASSES_PER_AGENT } from './core/access/trust-limits.ts';
import { createBucketShelf } from './core/bucket-shelf.ts';
import { type AccessJournal, openAccessJournal } from './io/access-journal.ts';
import { createPeers, type Peers } from './io/peers.ts';
import { createRegistry, type Registry } from './io/registry.ts';
import { type KeyPlace, readTrust, type Trust } from './io/trust-files.ts';

export interface Access {
  readonly journal: AccessJournal;
  readonly registry: Registry;
  /** Connections of agents and people. */
  readonly peers: Peers;
  trust(): Trust;
  /** An agent spoke for what its certificate is not for: counted, and a line of the journal, at a bounded rate. */
  trespass(identity: AgentIdentity, text: string): void;
  /** Times that one did, since the start. */
  readonly trespasses: number;
  close(): Promise<void>;
}

export interface AccessOptions extends KeyPlace {
  readonly state: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** @returns null: the collector is open @throws TrustError, AccessJournalError, in words */
export async function openAccess({ state, clock, logger, ...place }: AccessOptions): Promise<Access | null> {
  const trust = await readTrust(state, place);
  if (trust === null) return null;
  if (trust.cannotSign !== null) logger.warn(`no certificates are signed: ${trust.cannotSign}`);
  const journal = await openAccessJournal(state, { logger });
  const registry = createRegistry({ journal, clock, trust: () => trust });
  const written = createBucketShelf(TRESPASSES_PER_AGENT, MEMBERS_MAX);
  let trespasses = 0;
  return {
    journal,
    registry,
    peers: createPeers(),
    trust: () => trust,
    trespass: (identity, text) => {
      trespasses += 1;
      const { site, name: agent } = identity;
      if (!written.take(agent, clock.monotonic() / 1000)) return;
      const author = { who: memberKey(identity), role: null, from: null };
      registry
        .note({ act: 'agent-refused', agent, site, text }, author)
        .catch((error: unknown) => logger.error({ err: error }, 'the access journal cannot be written'));
    },
    get trespasses() {
      return trespasses;
    },
    close: () => journal.close(),
  };
}
