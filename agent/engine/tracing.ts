/**
 * Where the engine's packets meet the trace of an exchange that somebody asked for. Answers are matched by their xid alone: what
 * is no sound message is just what such an exchange is meant to show.
 */

import { u32 } from '../../shared/core/net/octets.ts';
import type { MonotonicNs } from '../../shared/core/units.ts';
import type { ExchangeTable } from '../core/exchange-table.ts';
import { keepPacket } from '../core/packet-trace.ts';
import { isExpectedSource, type ProbePath } from '../core/probe-path.ts';
import type { Reading } from '../core/probe-reading.ts';
import type { EngineSink } from './ports.ts';

const XID_AT = 4;

/** When an answer was read, and when the kernel says that it came in, if it does. */
interface Moments {
  readonly stamp: MonotonicNs | undefined;
  readonly readNs: MonotonicNs;
}

/** Keeps an answer, if a traced exchange is in flight with its xid. @returns whether it did */
export function traceAnswer(
  table: ExchangeTable,
  reading: Reading,
  packet: Uint8Array,
  { stamp, readNs }: Moments,
): boolean {
  const path = table.inFlight.get(u32(reading.payload, XID_AT))?.path;
  if (path?.trace === undefined) return false;
  const isUnexpected = !isExpectedSource(path, reading.source);
  const when = { atNs: stamp ?? readNs, isStamped: stamp !== undefined };
  keepPacket(path.trace, packet, { direction: 'received', isUnexpected, ...when });
  return true;
}

/** Keeps a packet that left at `atNs`, if its path is traced. */
export function traceSent({ trace }: ProbePath, packet: Uint8Array, atNs: MonotonicNs): void {
  if (trace !== undefined)
    keepPacket(trace, packet, { direction: 'sent', isUnexpected: false, atNs, isStamped: false });
}

/** Hands what is about traced exchanges to `adHoc`, and nothing of it to whoever keeps results. */
export function apart(results: EngineSink, adHoc: Pick<EngineSink, 'onEnding' | 'onSendError'>): EngineSink {
  const isResult = ({ trace }: Pick<ProbePath, 'trace'>): boolean => trace === undefined;
  return {
    onSent: (path, exchange) => {
      if (isResult(path)) results.onSent(path, exchange);
    },
    onEnding: (exchange, ending, released) =>
      (isResult(exchange.path) ? results : adHoc).onEnding(exchange, ending, released),
    onLate: (exchange, lateNs) => {
      if (isResult(exchange.path)) results.onLate(exchange, lateNs);
    },
    onStray: (stray, path, source, reason) => {
      if (path === undefined || isResult(path)) results.onStray(stray, path, source, reason);
    },
    onForeign: (path, source) => {
      if (isResult(path)) results.onForeign(path, source);
    },
    onHeard: (exchange, heard) => {
      if (isResult(exchange.path)) results.onHeard?.(exchange, heard);
    },
    onAnswer: (path, answer) => {
      if (isResult(path)) results.onAnswer(path, answer);
    },
    onSendError: (path, said) => (isResult(path) ? results : adHoc).onSendError(path, said),
  };
}
