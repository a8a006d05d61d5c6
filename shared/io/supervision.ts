/**
 * What a program tells systemd that started it (sd_notify(3)): ready, a line of state for `systemctl status`, and that its work
 * moves on. Node opens no datagram sockets of the local kind, so the datagram leaves through koffi, where
 * `systemd-notify` would be a process each time, and ask systemd to believe a child. Without NOTIFY_SOCKET nothing is done.
 */
import { createRequire } from 'node:module';
import type { LibraryHandle } from 'koffi';
import { errorText } from '../core/error-text.ts';
import { advances, BEATS_PER_WATCHDOG, LOOK_MAX_MS, START_EXTENDED_MS, type Work } from '../core/supervised-work.ts';

/** The program's line to whoever supervises it. */
export interface Supervision {
  /** The start goes on: systemd waits longer. `line` is for people. */
  starting(line: string): void;
  /** The start is over; from now on `work` is looked at, and systemd hears of it as long as it moves on. */
  ready(work: () => Work): void;
  /** It ends, in its own time. */
  stopping(): void;
}

export interface SupervisionOptions {
  /** NOTIFY_SOCKET and WATCHDOG_USEC are taken out of it, so that no child speaks in our name. */
  readonly env: NodeJS.ProcessEnv;
  /** Told what stands in the way of speaking to systemd. */
  readonly warn: (text: string) => void;
}

export function openSupervision({ env, warn }: SupervisionOptions): Supervision {
  const { NOTIFY_SOCKET: path, WATCHDOG_USEC: usec } = env;
  delete env['NOTIFY_SOCKET'];
  delete env['WATCHDOG_USEC'];
  if (path === undefined || path === '')
    return { starting: () => undefined, ready: () => undefined, stopping: () => undefined };
  const send = notifySocket(path, warn);
  return new SystemdSupervision(send, Number(usec ?? 0) / 1000);
}

class SystemdSupervision implements Supervision {
  readonly #send: (...lines: readonly string[]) => void;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (...lines: readonly string[]) => void, watchdogMs: number) {
    this.#send = send;
    this.#everyMs = Math.min(LOOK_MAX_MS, watchdogMs > 0 ? watchdogMs / BEATS_PER_WATCHDOG : LOOK_MAX_MS);
  }

  starting(line: string): void {
    const extend = () => this.#send(`EXTEND_TIMEOUT_USEC=${START_EXTENDED_MS * 1000}`, `STATUS=${line}`);
    extend();
    this.#every(extend);
  }

  ready(work: () => Work): void {
    let before = work();
    this.#send('READY=1', `STATUS=${before.line}`);
    this.#every(() => {
      const now = work();
      this.#send(...(advances(before, now) ? ['WATCHDOG=1'] : []), `STATUS=${now.line}`);
      before = now;
    });
  }

  stopping(): void {
    clearInterval(this.#timer);
    this.#send('STOPPING=1', 'STATUS=ending: what is in flight is finished first');
  }

  #every(look: () => void): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(look, this.#everyMs);
    this.#timer.unref();
  }
}

const AF_UNIX = 1;
/** SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC: systemd that does not read must not hold the loop up. */
const DATAGRAM = 0x2 | 0x800 | 0x80000;
/** sun_path's room. */
const PATH_OCTETS_MAX = 108;

/** Lines as one datagram to `path` ("@…" is an abstract name); what cannot be sent is told once and not tried again. */
function notifySocket(path: string, warn: (text: string) => void): (...lines: readonly string[]) => void {
  let isLost = false;
  const lose = (why: string): void => {
    if (!isLost)
      warn(`systemd cannot be told how this program fares (${why}): as a unit it needs Type=exec and no WatchdogSec`);
    isLost = true;
  };
  try {
    const libc = (createRequire(import.meta.url)('koffi') as typeof import('koffi')).load(null);
    const { fd, sendto } = openSocket(libc);
    const address = socketAddress(path);
    if (fd < 0 || address === undefined) throw new Error(fd < 0 ? 'no socket' : `NOTIFY_SOCKET is "${path}"`);
    return (...lines) => {
      const octets = Buffer.from(lines.join('\n'));
      if (!isLost && sendto(fd, octets, octets.length, 0, address, address.length) < 0) lose(`${path} takes nothing`);
    };
  } catch (error) {
    lose(errorText(error));
    return () => undefined;
  }
}

function openSocket(libc: LibraryHandle) {
  const socket = libc.func('int socket(int, int, int)');
  const sendto = libc.func('long sendto(int, void *, unsigned long, int, void *, unsigned int)');
  return { fd: Number(socket(AF_UNIX, DATAGRAM, 0)), sendto };
}

/** struct sockaddr_un. */
function socketAddress(path: string): Buffer | undefined {
  const name = Buffer.from(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`);
  if (!/^[/@]./.test(path) || name.length > PATH_OCTETS_MAX) return undefined;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, name]);
}
