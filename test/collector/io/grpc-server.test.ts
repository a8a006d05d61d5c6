import { Client, credentials } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import t from 'tap';
import { startGrpcServer } from '../../../collector/io/grpc-server.ts';
import { ListenError } from '../../../collector/io/listen-error.ts';

/** One unary call by its bare definition. */
function call(
  address: string,
  method: { path: string; requestSerialize(value: object): Buffer; responseDeserialize(bytes: Buffer): object },
  request: object,
) {
  const client = new Client(address, credentials.createInsecure());
  return new Promise<object>((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      (error, reply) => {
        client.close();
        if (error) reject(error);
        else resolve(reply ?? {});
      },
    );
  });
}

t.test('health is served, and a taken port is said in words', async (t) => {
  const server = await startGrpcServer({ listen: '127.0.0.1:0', services: {} });
  t.teardown(() => server.close(100));
  t.equal(server.address, `127.0.0.1:${server.port}`);
  const method = healthService['Check'];
  t.match(await call(server.address, method as never, { service: '' }), { status: 'SERVING' });

  const second = startGrpcServer({ listen: server.address, services: {} });
  await t.rejects(second, { code: 'PORT_TAKEN', message: /taken by another process/ });
});

t.test('an address that is not ours, and one that is none, are told apart from a taken port', async (t) => {
  for (const listen of ['192.0.2.1:6767', 'no-such-host.invalid:6767', 'nonsense']) {
    const error = await startGrpcServer({ listen, services: {} }).catch((reason: unknown) => reason);
    t.ok(error instanceof ListenError, listen);
    t.comment(listen, (error as ListenError).code, ((error as ListenError).cause as Error).message);
  }
});
