/**
 * The two ports of the collector, in front of the same answers: gRPC for agents and the dorawatch command, HTTP for the page and
 * for programs. Opened last and closed first. Apart from collector.ts, so that a further service or route is a line here.
 */
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { AGENTS_SERVICE_NAME } from '../shared/wire/agents-service.ts';
import type { Access, DoorCounts } from './access.ts';
import { type Caller, LOCAL } from './core/access/caller.ts';
import { isLoopback } from './core/access/remarks.ts';
import type { Gate } from './http/gate.ts';
import { type HttpServer, startHttpServer } from './http/http-server.ts';
import type { Route } from './http/route.ts';
import type { Audit } from './io/audit.ts';
import { startGrpcServer } from './io/grpc-server.ts';
import { PlainTextError } from './io/listen-error.ts';
import type { OpsAnswers } from './io/ops-answers.ts';
import { createOpsServer } from './io/ops-server.ts';
import type { Called } from './io/peers.ts';
import { hostOf } from './io/peers.ts';
import type { ReportServer } from './io/report-server.ts';
import type { TlsFiles } from './io/tls-pair.ts';
import { openRooms } from './rooms.ts';

export interface DoorsOptions {
  /** HOST:PORT; port 0 lets the kernel choose. */
  readonly grpc: string;
  /** The same; null: there is no HTTP. */
  readonly http: string | null;
  /** Null: the collector is open, and speaks plain text. */
  readonly access: Access | null;
  readonly reports: ReportServer;
  readonly answers: OpsAnswers;
  readonly audit: Audit;
  readonly gate: Gate;
  /** Certificate and key of HTTP; null: none were given. */
  readonly httpTls: TlsFiles | null;
  /** State directory. */
  readonly state: string;
  /** An open collector may speak plain text on more than loopback. */
  readonly insecureListen: boolean;
  /** What HTTP serves beside the answers. */
  readonly further: readonly Route[];
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Doors {
  /** HOST:PORT as bound. */
  readonly grpc: string;
  readonly http: string | null;
  /** What came to the gRPC port; null: it is open to everybody. */
  readonly accessCounts: DoorCounts | null;
  /** What the HTTP port's bounds have held back; null: there is no HTTP. */
  readonly httpCounts: HttpServer['counts'] | null;
  /** Ends streams and sessions, stores what was received, and lets go of the ports. */
  close(): Promise<void>;
}

/** Time that calls in flight have to end when the collector closes. */
const CLOSE_GRACE_MS = 2000;

/** @throws ListenError, in words that say what to do */
export async function openDoors(options: DoorsOptions): Promise<Doors> {
  const { grpc, access, reports, answers, audit, clock, logger } = options;
  const ops = createOpsServer({
    answers,
    audit,
    logger,
    callerOf: (call) => callerOf(access, call),
  });
  const services = { [AGENTS_SERVICE_NAME]: reports, 'dorawatch.v1.Ops': ops };
  const calls =
    access === null
      ? await startGrpcServer({ listen: grpc, services })
      : await openRooms({ listen: grpc, access, agents: reports, ops, clock, logger });
  const close = async (pages: HttpServer | null): Promise<void> => {
    ops.close();
    await pages?.close();
    await reports.close();
    await calls.close(CLOSE_GRACE_MS);
  };
  try {
    const pages = await openPages(options);
    return {
      grpc: calls.address,
      get accessCounts() {
        return 'counts' in calls ? calls.counts : null;
      },
      http: pages?.address ?? null,
      get httpCounts() {
        return pages?.counts ?? null;
      },
      close: () => close(pages),
    };
  } catch (error) {
    await close(null);
    throw error;
  }
}

/** The HTTP port. An enrolled collector shows there what it shows over gRPC, wherever others could listen in. */
async function openPages(options: DoorsOptions): Promise<HttpServer | null> {
  const { http: listen, access, httpTls, state, insecureListen } = options;
  if (listen === null) return null;
  const own = access === null || isLoopback(listen) ? null : `${state}/tls/server`;
  if (access === null && httpTls === null && !isLoopback(listen) && !insecureListen) throw new PlainTextError(listen);
  const tls = httpTls ?? (own === null ? null : { cert: `${own}.crt`, key: `${own}.key` });
  return startHttpServer({ ...options, listen, tls });
}

/** Who calls Ops: whom its certificate names, or without enrolment whoever reaches the port. */
function callerOf(access: Access | null, call: Called): Caller {
  const from = hostOf(call.getPeer());
  if (access === null) return { ...LOCAL, from };
  const identity = access.peers.of(call)?.identity;
  return identity?.kind === 'person' ? { ...identity, from } : { kind: 'nobody', from };
}
