/**
 * The gRPC service definition of dorawatch.v1.Agents, by hand: one method. A message that cannot be decoded arrives as a
 * DecodeError value, so that one bad message is answered instead of ending the stream with a code that says nothing.
 * Rejected: @grpc/proto-loader, which reads .proto files at start and halves the throughput.
 */
import type { MethodDefinition } from '@grpc/grpc-js';
import { type AgentMessage, decodeAgentMessage, encodeAgentMessage } from './agent-message.ts';
import { type CollectorMessage, decodeCollectorMessage, encodeCollectorMessage } from './collector-message.ts';
import type { DecodeError } from './decode-error.ts';

/** A message as it comes out of a stream. */
export type Received<Message> = Message | DecodeError;

type Up = Received<AgentMessage>;
type Down = Received<CollectorMessage>;

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
/** A DecodeError is what we receive; nothing sends one. */
const sendable = <Message extends { readonly kind: string }>(message: Message | DecodeError): Message =>
  message as Message;

export const AGENTS_SERVICE_NAME = 'dorawatch.v1.Agents';

export const agentsService = {
  Session: {
    path: `/${AGENTS_SERVICE_NAME}/Session`,
    requestStream: true,
    responseStream: true,
    requestSerialize: (message: Up) => asBuffer(encodeAgentMessage(sendable<AgentMessage>(message))),
    requestDeserialize: (bytes: Buffer): Up => decodeAgentMessage(bytes),
    responseSerialize: (message: Down) => asBuffer(encodeCollectorMessage(sendable<CollectorMessage>(message))),
    responseDeserialize: (bytes: Buffer): Down => decodeCollectorMessage(bytes),
  } satisfies MethodDefinition<Up, Down>,
} as const;
