/** Refusals as gRPC tells them: a code that clients of every language know, and the sentence. */
import { status as codes } from '@grpc/grpc-js';
import type { Logger } from '../../shared/io/logger.ts';
import { type RefusalKind, refusalOf } from './refusal.ts';

const CODES: Readonly<Record<RefusalKind, codes>> = {
  'not-found': codes.NOT_FOUND,
  invalid: codes.INVALID_ARGUMENT,
  'too-large': codes.RESOURCE_EXHAUSTED,
  'not-now': codes.FAILED_PRECONDITION,
  unauthenticated: codes.UNAUTHENTICATED,
  forbidden: codes.PERMISSION_DENIED,
  'too-often': codes.RESOURCE_EXHAUSTED,
  internal: codes.INTERNAL,
};

/** Any failure as gRPC tells it. */
export function grpcRefusal(error: unknown, logger: Logger): { readonly code: codes; readonly details: string } {
  const { kind, message } = refusalOf(error, logger);
  return { code: CODES[kind], details: message };
}
