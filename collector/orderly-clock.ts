/**
 * The collector's clock: the log's order is time, so what is received after a step back must not seem to be older than what came
 * before it. Rejected: ending when the clock goes back; a night without findings for a second of somebody's NTP.
 */
import { type Clock, steadyClock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';

/** Never goes back while it lives, and says when the machine's did. */
export const orderlyClock = ({ clock, logger }: { readonly clock: Clock; readonly logger: Logger }): Clock =>
  steadyClock(clock, (stepUs) =>
    logger.warn(
      { step_us: stepUs },
      'the wall clock of this machine went back; this run keeps to the time that it had: when the new one is right, restart it',
    ),
  );
