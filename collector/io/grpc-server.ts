/**
 * The collector's gRPC port: the services that it is given, health, and reflection. Bind failures are said in words that
 * tell what to do. Rejected: a port per service; firewalls of hundreds of sites would have to know each.
 */
import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  setLogVerbosity,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { KEEPALIVE_TIME_MS, KEEPALIVE_TIMEOUT_MS, MAX_MESSAGE_BYTES } from '../../shared/core/limits.ts';
import { addReflection } from '../../shared/wire/reflection.ts';
import { ListenError } from './listen-error.ts';

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

const OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
  'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  // Two collectors on one port would each get half of the agents.
  'grpc.so_reuseport': 0,
};

/** @throws ListenError PORT_TAKEN · PORT_FORBIDDEN · ADDRESS_UNKNOWN · BIND_FAILED */
export async function startGrpcServer(options: {
  /** host:port; port 0 lets the kernel choose. */
  readonly listen: string;
  /** By full name, "dorawatch.v1.Agents". */
  readonly services: Readonly<Record<string, GrpcService>>;
}): Promise<GrpcServer> {
  // What gRPC would print by itself is in our errors, in words.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server(OPTIONS);
  const health = new HealthImplementation({ '': 'SERVING' });
  for (const [name, service] of Object.entries(options.services)) {
    server.addService(service.definition, service.implementation);
    health.setStatus(name, 'SERVING');
  }
  health.addToServer(server);
  addReflection(server);
  const port = await bind(server, options.listen);
  return {
    address: options.listen.replace(/:\d+$/, `:${port}`),
    port,
    close: (graceMs) => {
      health.setStatus('', 'NOT_SERVING');
      return shutDown(server, graceMs);
    },
  };
}

function bind(server: Server, listen: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(listen, ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(new ListenError(listen, '--grpc', error));
      else resolve(port);
    });
  });
}

function shutDown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), graceMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
