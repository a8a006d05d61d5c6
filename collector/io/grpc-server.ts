/**
 * The collector's gRPC port: the services that it is given, health, and reflection. Bind failures are said in words that
 * tell what to do. Rejected: a port per service; firewalls of hundreds of sites would have to know each.
 */
import type { Socket } from 'node:net';
import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerOptions,
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
  readonly services: GrpcServices;
}): Promise<GrpcServer> {
  const { server, close } = furnish({ services: options.services, health: true, reflection: true });
  const port = await bind(server, options.listen);
  return { address: options.listen.replace(/:\d+$/, `:${port}`), port, close };
}

export type GrpcServices = Readonly<Record<string, GrpcService>>;

/** What a room serves, and how much of it. */
export interface RoomOptions {
  readonly services: GrpcServices;
  readonly health: boolean;
  readonly reflection: boolean;
  /** Calls at once on one connection. */
  readonly streams?: number;
  readonly messageBytes?: number;
  /** How long a connection may last, ms. */
  readonly lifeMs?: number;
}

/** gRPC for connections that somebody else has accepted. */
export interface GrpcRoom {
  /** @param socket its handshake is over, and HTTP/2 was agreed on */
  inject(socket: Socket): void;
  close(graceMs: number): Promise<void>;
}

export function createGrpcRoom(options: RoomOptions): GrpcRoom {
  const { server, close } = furnish(options);
  // The octets that come in are plain already: TLS is the socket's.
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return { inject: (socket) => injector.injectConnection(socket), close };
}

/** A server with its services, which listens nowhere yet. */
function furnish({ services, health, reflection, ...bounds }: RoomOptions): Pick<GrpcServer, 'close'> & {
  readonly server: Server;
} {
  // What gRPC would print by itself is in our errors, in words.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({ ...OPTIONS, ...channelOptions(bounds) });
  const states = new HealthImplementation({ '': 'SERVING' });
  for (const [name, service] of Object.entries(services)) {
    server.addService(service.definition, service.implementation);
    states.setStatus(name, 'SERVING');
  }
  if (health) states.addToServer(server);
  if (reflection) addReflection(server);
  return {
    server,
    close: (graceMs) => {
      states.setStatus('', 'NOT_SERVING');
      return shutDown(server, graceMs);
    },
  };
}

const channelOptions = ({
  streams,
  messageBytes,
  lifeMs,
}: Pick<RoomOptions, 'streams' | 'messageBytes' | 'lifeMs'>): ServerOptions => ({
  ...(streams === undefined ? {} : { 'grpc.max_concurrent_streams': streams }),
  ...(messageBytes === undefined ? {} : { 'grpc.max_receive_message_length': messageBytes }),
  ...(lifeMs === undefined ? {} : { 'grpc.max_connection_age_ms': lifeMs, 'grpc.max_connection_age_grace_ms': 0 }),
});

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
