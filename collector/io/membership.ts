/**
 * What the certificate of an agent's connection means for its session: for whom it may speak, which roots it is to believe, how it gets
 * its next certificate. An open collector's sessions have none of it. Rejected: the session asking registry and peers itself; every test
 * of a session would need a CA.
 */
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import type { CertificateReply } from '../../shared/wire/enrolment-codec.ts';
import { type AgentIdentity, memberKey } from '../core/access/identity.ts';
import type { CertifiedPeer } from '../core/access/peer.ts';
import { trespass } from '../core/access/site-binding.ts';
import { MEMBERS_MAX, TRESPASSES_PER_AGENT } from '../core/access/trust-limits.ts';
import { createBucketShelf } from '../core/bucket-shelf.ts';
import type { Called, Peers } from './peers.ts';
import type { Registry } from './registry.ts';

/** Names that a hello or a batch has. */
interface Spoken {
  readonly agent: string;
  readonly site: string;
}

export interface Membership {
  /** Why it may not speak for them; null: it may. @param what "the hello", "the batch" */
  trespass(what: string, spoken: Spoken): string | null;
  /** Whom it is to believe. */
  roots(): CertificateReply;
  /** It has spoken since it was sent these roots. */
  told(roots: CertificateReply): void;
  /** @returns a sentence: why not */
  renew(signingRequest: Uint8Array): Promise<CertificateReply | string>;
}

export interface Memberships {
  /** @returns null: the call is no agent's */
  of(call: Called): Membership | null;
  /** Times that an agent spoke for others, since the start. */
  readonly trespasses: number;
}

export interface MembershipSources {
  readonly registry: Registry;
  readonly peers: Peers;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createMemberships(sources: MembershipSources): Memberships {
  const { peers, logger } = sources;
  const note = noteTrespass(sources);
  let trespasses = 0;
  return {
    of: (call) => {
      const peer = peers.of(call);
      if (peer?.identity.kind !== 'agent') return null;
      const own: AgentIdentity = peer.identity;
      const from = call.getPeer().replace(/:\d+$/, '');
      return {
        trespass: (what, spoken) => {
          const text = trespass(own, what, spoken);
          if (text === null) return null;
          trespasses += 1;
          note(own, { text, from });
          return text;
        },
        roots: () => sources.registry.rootsFor(own),
        told: (roots) =>
          void sources.registry
            .told(own.name, roots)
            .catch((error: unknown) => logger.error({ err: error }, 'the access journal cannot be written')),
        renew: (signingRequest) => renew(sources, peer, { signingRequest, from }),
      };
    },
    get trespasses() {
      return trespasses;
    },
  };
}

/** A line of the journal, at a bounded rate. */
function noteTrespass({ registry, clock, logger }: MembershipSources) {
  const written = createBucketShelf(TRESPASSES_PER_AGENT, MEMBERS_MAX);
  return (identity: AgentIdentity, { text, from }: { readonly text: string; readonly from: string }): void => {
    const { site, name: agent } = identity;
    if (!written.take(agent, clock.monotonic() / 1000)) return;
    registry
      .note({ act: 'agent-refused', agent, site, text }, { who: memberKey(identity), role: null, from })
      .catch((error: unknown) => logger.error({ err: error }, 'the access journal cannot be written'));
  };
}

async function renew(
  { registry, peers, logger }: MembershipSources,
  peer: CertifiedPeer,
  { signingRequest, from }: { readonly signingRequest: Uint8Array; readonly from: string },
): Promise<CertificateReply | string> {
  const signing = await registry.readRequest(signingRequest);
  if (typeof signing === 'string') return signing;
  const renewed = await registry.renew(peer, signing, from);
  if (typeof renewed === 'string') return renewed;
  // The connection was proved with the old key, and the new one was given over it.
  peers.extend(memberKey(peer.identity), renewed.until);
  logger.info({ agent: peer.identity.name }, 'certificate renewed');
  return renewed.reply;
}
