/**
 * The gRPC service definition of dorawatch.v1.Enrolment, by hand as the others: a message that cannot be decoded arrives as a
 * DecodeError value, which the other end answers in words.
 */
import type { MethodDefinition } from '@grpc/grpc-js';
import type { Received } from './agents-service.ts';
import {
  decodeJoinReply,
  decodeJoinRequest,
  decodeRenewRequest,
  encodeJoinReply,
  encodeJoinRequest,
  encodeRenewRequest,
  type JoinReply,
  type JoinRequest,
  type RenewRequest,
} from './enrolment-codec.ts';

export const ENROLMENT_SERVICE_NAME = 'dorawatch.v1.Enrolment';

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
/** A DecodeError is what we receive; nothing sends one. */
const sendable = <Message extends object>(message: Received<Message>): Message => message as Message;

const reply = {
  requestStream: false,
  responseStream: false,
  responseSerialize: (message: Received<JoinReply>) => asBuffer(encodeJoinReply(sendable<JoinReply>(message))),
  responseDeserialize: (bytes: Buffer): Received<JoinReply> => decodeJoinReply(bytes),
} as const;

export const enrolmentService = {
  Join: {
    path: `/${ENROLMENT_SERVICE_NAME}/Join`,
    requestSerialize: (message: Received<JoinRequest>) => asBuffer(encodeJoinRequest(sendable<JoinRequest>(message))),
    requestDeserialize: (bytes: Buffer): Received<JoinRequest> => decodeJoinRequest(bytes),
    ...reply,
  } satisfies MethodDefinition<Received<JoinRequest>, Received<JoinReply>>,
  Renew: {
    path: `/${ENROLMENT_SERVICE_NAME}/Renew`,
    requestSerialize: (message: Received<RenewRequest>) =>
      asBuffer(encodeRenewRequest(sendable<RenewRequest>(message))),
    requestDeserialize: (bytes: Buffer): Received<RenewRequest> => decodeRenewRequest(bytes),
    ...reply,
  } satisfies MethodDefinition<Received<RenewRequest>, Received<JoinReply>>,
} as const;
