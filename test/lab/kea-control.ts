/**
 * Kea's control socket: one JSON command, one JSON answer, over a unix socket. It works from outside the server's
 * namespace, as unix sockets belong to the file system. Kea's log was refused as the source of state: it says what
 * changed, and a reader that comes late does not know from what.
 */
import { connect } from 'node:net';
import { LabError } from './command.ts';
import { KEA_COMMAND_LIMIT_MS } from './limits.ts';

/** Kea's own reading of its place in the pair. `state` is one of the names in Kea's manual, e.g. `hot-standby`. */
export type HaState = {
  readonly state: string;
  readonly scopes: readonly string[];
  /** What this server last heard of the other; `unavailable` after a failed heartbeat, '' before the first. */
  readonly partnerState: string;
};

/** Sends one command and returns its `arguments`; any failure is a LabError `CONTROL_FAILED`. */
export function keaCommand(socketPath: string, name: string, args?: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let text = '';
    const fail = (why: string, cause?: unknown): void => {
      socket.destroy();
      reject(new LabError('CONTROL_FAILED', `${name} on ${socketPath}: ${why}`, cause));
    };
    socket.setEncoding('utf8').setTimeout(KEA_COMMAND_LIMIT_MS);
    socket.on('connect', () => {
      socket.write(
        JSON.stringify({
          command: name,
          ...(args === undefined ? {} : { arguments: args }),
        }),
      );
    });
    socket.on('data', (part: string) => {
      text += part;
    });
    socket.on('timeout', () => fail(`no answer in ${KEA_COMMAND_LIMIT_MS} ms`));
    socket.on('error', (error) => fail(error.message, error));
    socket.on('end', () => {
      socket.destroy();
      const answer = parse(text);
      if (answer['result'] === 0) resolve(answer['arguments']);
      else fail(String(answer['text'] ?? 'an answer that is not JSON'));
    });
  });
}

/** Asks a server for its state in the pair. */
export async function haState(socketPath: string): Promise<HaState> {
  const answer = record(await keaCommand(socketPath, 'status-get'));
  const pair = record(Array.isArray(answer['high-availability']) ? answer['high-availability'][0] : undefined);
  const servers = record(pair['ha-servers']);
  const local = record(servers['local']);
  return {
    state: String(local['state'] ?? ''),
    scopes: Array.isArray(local['scopes']) ? local['scopes'].map(String) : [],
    partnerState: String(record(servers['remote'])['last-state'] ?? ''),
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(text));
  } catch {
    // A server that is killed in mid-answer leaves half a document: the caller reports it as such.
    return {};
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
