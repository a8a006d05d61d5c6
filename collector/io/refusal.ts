/**
 * Why a question is not answered, in a kind that each door translates: gRPC into its codes, HTTP into problem details. Rejected:
 * gRPC codes everywhere; a second door would have to undo what the first one made of it.
 */
import type { Logger } from '../../shared/io/logger.ts';

/**
 * `not-found`: what it names is not there; `invalid`: mend the question; `too-large`: ask for less; `not-now`: another time;
 * `unauthenticated`: say who you are; `forbidden`: another role may; `too-often`: wait; `internal`: ours.
 */
export type RefusalKind =
  | 'not-found'
  | 'invalid'
  | 'too-large'
  | 'not-now'
  | 'unauthenticated'
  | 'forbidden'
  | 'too-often'
  | 'internal';

/** A refusal: its kind, and a sentence for whoever asked. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  constructor(kind: RefusalKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'Refusal';
    this.kind = kind;
  }
}

/** Any failure of an answer as a refusal; what is none is ours, and is logged. */
export function refusalOf(error: unknown, logger: Logger): Refusal {
  if (error instanceof Refusal) return error;
  const named = error instanceof Error ? error : new Error(String(error));
  if ('code' in named && named.code === 'TOO_LARGE') return new Refusal('too-large', named.message, named);
  logger.error({ err: named }, 'an ops request failed');
  return new Refusal('internal', named.message, named);
}
