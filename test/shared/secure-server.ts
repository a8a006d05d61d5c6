/** A gRPC server behind TLS 1.3 as a collector's port is: it asks for a certificate, and leaves the judging to whoever answers. */
import type { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { Server, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Issued, TestAuthority } from './test-authority.ts';

export interface SecureServer {
  readonly port: number;
  /** What each connection showed; undefined: nothing. */
  readonly shown: (X509Certificate | undefined)[];
  /** Server names that were asked for; false: none. */
  readonly names: (string | false | null)[];
  /** Takes another certificate for the connections to come. */
  turnTo(issued: Issued): void;
  /** Ends the connections that are open. */
  cut(): void;
  close(): Promise<void>;
}

export async function startSecureServer(
  issued: Issued,
  authority: TestAuthority,
  services: readonly (readonly [ServiceDefinition, UntypedServiceImplementation])[],
): Promise<SecureServer> {
  const grpc = new Server();
  for (const [definition, implementation] of services) grpc.addService(definition, implementation);
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const [shown, names, open] = [[] as SecureServer['shown'], [] as SecureServer['names'], new Set<TLSSocket>()];
  const secured = {
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    requestCert: true,
    rejectUnauthorized: false,
  } as const;
  const server = createServer({ ...issued, ...secured, ca: authority.pem }, (socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
    shown.push(socket.getPeerX509Certificate());
    names.push(socket.servername);
    injector.injectConnection(socket);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    shown,
    names,
    turnTo: (next) => server.setSecureContext({ ...next, minVersion: 'TLSv1.3', ca: authority.pem }),
    cut,
    close: async () => {
      cut();
      grpc.forceShutdown();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
