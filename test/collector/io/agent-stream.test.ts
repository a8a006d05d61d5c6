/** Who does not read is not read from, and is given up in the end; a hold ends when the last reason for it does. */
import { Duplex } from 'node:stream';
import t from 'tap';
import { type AgentCall, AgentStream } from '../../../collector/io/agent-stream.ts';

/** A call whose other end reads when `read` is called, and not before. */
function deafCall(): { call: AgentCall; read: () => void } {
  let done: () => void = () => undefined;
  const duplex = new Duplex({
    objectMode: true,
    writableHighWaterMark: 4,
    read: () => undefined,
    write: (_message, _encoding, written) => {
      done = written;
    },
  });
  duplex.on('data', () => undefined);
  const read = (): void => {
    const written = done;
    done = () => undefined;
    written();
  };
  return { call: duplex as unknown as AgentCall, read };
}

t.test('what is written waits for its reader, and so does what is read', async (t) => {
  const { call, read } = deafCall();
  const stream = new AgentStream(call, () => t.fail('given up'));
  for (let n = 0; n < 3; n += 1) stream.send({ kind: 'acks', ranges: [] });
  t.notOk(call.isPaused());
  for (let n = 0; n < 3; n += 1) stream.send({ kind: 'acks', ranges: [] });
  t.ok(call.isPaused());
  stream.hold('storing');
  const drained = new Promise((resolve) => call.once('drain', resolve));
  for (let n = 0; n < 10; n += 1) {
    read();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await drained;
  t.ok(call.isPaused(), 'the disk is behind still');
  stream.release('storing');
  t.notOk(call.isPaused());
  stream.over();
});

t.test('throttled for a while, and once at a time', async (t) => {
  const { call } = deafCall();
  const stream = new AgentStream(call, () => undefined);
  t.ok(stream.throttle(20_000));
  t.notOk(stream.throttle(20_000));
  t.ok(call.isPaused());
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.notOk(call.isPaused());
});
