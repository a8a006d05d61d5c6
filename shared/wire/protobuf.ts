/**
 * The way to the generated protobuf code: whoever imports it here gets it with numbers for 64-bit fields. Nobody imports
 * `generated/` directly. Rejected: committing the generated code; four thousand lines that no one reviews.
 */
import './protobuf-numbers.ts';
import type { Reader } from 'protobufjs/minimal.js';
import generated from './generated/dorawatch.cjs';

/** Message types of package dorawatch.v1. */
export const v1 = generated.dorawatch.v1;
export type { dorawatch } from './generated/dorawatch.cjs';

/** A generated message type, as far as the codecs use it. */
export interface MessageType<Shape> {
  decode(reader: Reader | Uint8Array): Shape;
}
