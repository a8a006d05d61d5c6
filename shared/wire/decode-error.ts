/**
 * What a decoder gives instead of a value when bytes from elsewhere are not what they should be. A FieldReader takes field
 * after field and remembers the first fault, so that a decoder reads from top to bottom without an `if` a line.
 * Rejected: exceptions of our own; whoever forgets to catch one ends the collector for all its agents.
 */

import { util } from 'protobufjs/minimal.js';
import { errorText } from '../core/error-text.ts';
import { MAX_FIGURE, MAX_NAME_BYTES, MAX_TEXT_BYTES } from '../core/limits.ts';
import type { MessageType } from './protobuf.ts';

/** `field` in the words of the .proto file, `reason` for people. */
export interface DecodeError {
  readonly kind: 'decode-error';
  readonly field: string;
  readonly reason: string;
}

export const decodeError = (field: string, reason: string): DecodeError => ({ kind: 'decode-error', field, reason });

export function isDecodeError(value: unknown): value is DecodeError {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'decode-error';
}

/** Bytes as a generated message; the protobuf reader's own exceptions (truncation, bad UTF-8) become the error. */
export function parseMessage<Shape>(type: MessageType<Shape>, bytes: Uint8Array, field: string): Shape | DecodeError {
  try {
    return type.decode(bytes);
  } catch (error) {
    return decodeError(field, errorText(error));
  }
}

/** Reads fields, and remembers the first that is wrong; after a fault the values it gives mean nothing. */
export class FieldReader {
  error: DecodeError | undefined;

  /** Notes a fault unless the condition holds. */
  require(condition: boolean, field: string, reason: string): void {
    if (!condition) this.error ??= decodeError(field, reason);
  }

  /** A whole number, 0 … MAX_FIGURE. */
  count(value: number, field: string): number {
    this.require(Number.isInteger(value) && value >= 0 && value <= MAX_FIGURE, field, `${value} is out of range`);
    return value;
  }

  /** A whole number, 1 … MAX_FIGURE. */
  positive(value: number, field: string): number {
    this.require(value !== 0, field, 'is missing');
    return this.count(value, field);
  }

  /** A whole number, −MAX_FIGURE … MAX_FIGURE. */
  difference(value: number, field: string): number {
    this.require(Number.isInteger(value) && Math.abs(value) <= MAX_FIGURE, field, `${value} is out of range`);
    return value;
  }

  /** A whole number, 0 … below − 1. */
  index(value: number, below: number, field: string): number {
    this.require(value >= 0 && value < below, field, `${value} is not under ${below}`);
    return value;
  }

  /** 0 is null, else the number less one: 0 … below − 1. */
  plusOne(value: number, below: number, field: string): number | null {
    this.require(value <= below, field, `${value} is over ${below}`);
    return value === 0 ? null : value - 1;
  }

  name(value: string, field: string): string {
    this.require(value !== '', field, 'is missing');
    this.require(util.utf8.length(value) <= MAX_NAME_BYTES, field, `is longer than ${MAX_NAME_BYTES} bytes`);
    return value;
  }

  text(value: string, field: string): string {
    this.require(util.utf8.length(value) <= MAX_TEXT_BYTES, field, `is longer than ${MAX_TEXT_BYTES} bytes`);
    return value;
  }

  /** One octet or more, up to a limit; more read as none. */
  octets(value: Uint8Array | null | undefined, limit: number, field: string): Uint8Array {
    const octets = value ?? new Uint8Array();
    this.require(octets.length > 0, field, 'is missing');
    this.require(octets.length <= limit, field, `has ${octets.length} octets, more than ${limit}`);
    // A copy: what was read is a view of a packet, and would keep all of it.
    return octets.length <= limit ? Uint8Array.from(octets) : new Uint8Array();
  }

  /** A list that is not longer than a limit; a longer one reads as empty, so that nobody works on it. */
  list<Item>(items: readonly Item[], limit: number, field: string): readonly Item[] {
    this.require(items.length <= limit, field, `has ${items.length} elements, more than ${limit}`);
    return items.length <= limit ? items : [];
  }
}
