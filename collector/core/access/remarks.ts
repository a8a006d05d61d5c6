/**
 * What `dorawatch status` remarks about who may come in: an open port, certificates that nobody renews, agents that spoke for others.
 * Rejected: alerts of their own; none of it says that a DHCP server is ill.
 */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { rfc3339 } from '../answers/clock-text.ts';
import { countOf } from '../words.ts';
import type { AccessBook } from './access-book.ts';
import { SERVER_WARNING_US } from './trust-limits.ts';

export interface AccessStand {
  readonly book: AccessBook;
  readonly cannotSign: string | null;
  /** The end of the server's certificate. */
  readonly serverUntil: UnixMicros;
  /** Times that an agent spoke for another site or agent, since the start. */
  readonly trespasses: number;
  readonly now: UnixMicros;
}

/** For whoever listens on more than loopback without any of it. @param listen HOST:PORT */
export const openRemark = (listen: string): string =>
  `anybody who reaches ${listen} may report, ask and change things, and everything there is plain text (--insecure-listen); "dorawatch-collector init" ends that`;

export function accessRemarks({ book, cannotSign, serverUntil, trespasses, now }: AccessStand): readonly string[] {
  const waiting = [...book.pending.values()].filter(({ answer }) => answer === null).length;
  return [
    ...(cannotSign === null ? [] : [`no certificates are signed: ${cannotSign}`]),
    ...(serverUntil - now > SERVER_WARNING_US ? [] : [serverText(serverUntil, now)]),
    ...(waiting === 0 ? [] : [`${countOf(waiting, 'agent')} waiting for approval: dorawatch agents pending`]),
    ...(trespasses === 0
      ? []
      : [
          `agents spoke for a site or a name that is not their certificate's ${countOf(trespasses, 'time')} since the start; dorawatch audit says which`,
        ]),
  ];
}

const serverText = (until: UnixMicros, now: UnixMicros): string =>
  `the collector's own certificate ${until > now ? 'ends' : 'has ended'} at ${rfc3339(until)}, and no agent believes it after that; ` +
  'replace tls/server.crt and server.key, and send SIGHUP';

/** Whether only this machine reaches an address. @param listen HOST:PORT */
export const isLoopback = (listen: string): boolean => /^(127(\.\d{1,3}){3}|\[::1\]|localhost):\d+$/.test(listen);
