/**
 * `dorawatch-agent join --certificate`: an enrolment by a certificate that an outside CA has made. Nobody is asked; the collector judges it
 * when the agent connects. Such a certificate is renewed by whoever made it: join --again with the next one.
 */
import type { Clock } from '../shared/io/clock.ts';
import { type GivenFiles, readGivenCertificate } from '../shared/io/given-certificate.ts';
import type { KeptEnrolment } from './core/enrolment.ts';
import type { JoinWish } from './core/join-flags.ts';
import { judge, keepEnrolment } from './io/enrolment-file.ts';
import { openStateDirectory } from './io/state-directory.ts';
import { enrolledFor, JoinError, proxyOf, refuseIfEnrolled } from './join.ts';

/** Resolves when the enrolment is on disk. @throws JoinError, GivenCertificateError, StateError, BatchLogError */
export async function takeGiven(wish: JoinWish, files: GivenFiles, clock: Clock): Promise<KeptEnrolment> {
  const { key, chain, roots, uris } = await readGivenCertificate(files);
  const identity = uris.map(identityOf).find((one) => one !== null) ?? null;
  if (identity === null)
    throw new JoinError(`${files.certificate} is no agent's: it has no URI name urn:dorawatch:agent:SITE:NAME`);
  const directory = wish.stateDirectory;
  const state = await openStateDirectory({ directory, id: identity.agent, now: clock.wall() });
  try {
    await refuseIfEnrolled(wish);
    const enrolment = enrolledFor(
      judge({ collector: wish.collector, ...identity, proxy: proxyOf(wish), key, chain, roots, revoked: null }),
    );
    await keepEnrolment(directory, enrolment);
    return enrolment;
  } finally {
    await state.close();
  }
}

function identityOf(uri: string): { readonly site: string; readonly agent: string } | null {
  const [, site, agent] = /^urn:dorawatch:agent:([^:]+):([^:]+)$/.exec(uri) ?? [];
  return site === undefined || agent === undefined ? null : { site, agent };
}
