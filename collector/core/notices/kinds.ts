/** The kinds of notices that batches show; a new one is a file like these, and its line here. */
import { ANSWERS_AS } from './answers-as.ts';
import { CLIENT } from './client.ts';
import { ELSEWHERE } from './elsewhere.ts';
import { EXPECTATION } from './expectation.ts';
import type { Kind } from './notice-kind.ts';
import { ROGUE } from './rogue.ts';
import { SCOPE } from './scope.ts';

/** In the order in which their notices of one moment are told. */
export const KINDS: readonly Kind<unknown, unknown>[] = [ANSWERS_AS, SCOPE, ELSEWHERE, CLIENT, EXPECTATION, ROGUE];
