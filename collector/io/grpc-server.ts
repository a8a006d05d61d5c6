/**
 * The collector's gRPC port: the services that it is given, health and reflection. Bind failures are said in words that
 * tell what to do. Rejected: each service on a port of its own.
 */
import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';

export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

export interface GrpcServer {
  /** host:port as bound; the port is the real one when 0 was asked for. */
  readonly address: string;
  readonly port: number;
  /** Ends calls in flight after `graceMs` at the latest. */
  close(graceMs: number): Promise<void>;
}

/** @throws GrpcServerError PORT_TAKEN · PORT_FORBIDDEN · ADDRESS_UNKNOWN · BIND_FAILED */
export declare function startGrpcServer(options: {
  /** host:port; port 0 lets the kernel choose. */
  readonly listen: string;
  readonly services: Readonly<Record<string, GrpcService>>;
}): Promise<GrpcServer>;
