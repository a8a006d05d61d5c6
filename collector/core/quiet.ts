/**
 * When the log itself must say that nobody reports. A silence is found by event time, which goes on with what is received: while
 * one agent reports it shows that another does not, and when the last one has gone nothing would. So a word is written then.
 *
 * Rejected: a tick every second, for ever; and the live clock in the fold, which would tell another story after a restart.
 */

/** An agent as its session tells. */
export interface Session {
  readonly connected: boolean;
  /** Collector's clock, µs. */
  readonly lastSeen: number;
}

export interface QuietSigns {
  readonly sessions: readonly Session[];
  /** When this run of the collector began, and when it last wrote the word, µs; 0: never. */
  readonly startedAt: number;
  readonly writtenAt: number;
  /** How long a site may be without results, µs; asked only when nobody is connected. */
  silenceUs(): number;
  readonly now: number;
}

/** Agents come back within half a minute after a start of the collector (their longest wait); before twice that nobody is missed. */
const START_US = 60e6;
/** The word is repeated: servers are unknown a silence later than their sites, and who waits for a first answer ever is given longer. */
const REPEAT_US = 10e6;
const REPEATED_US = 180e6;
/** Batches are made by the second, and acknowledged later. */
const MARGIN_US = 2e6;

/** Whether the word is to be written now. */
export function isQuiet({ sessions, startedAt, writtenAt, silenceUs, now }: QuietSigns): boolean {
  if (sessions.some(({ connected }) => connected)) return false;
  const gone = sessions.length === 0 ? startedAt + START_US : Math.max(...sessions.map(({ lastSeen }) => lastSeen));
  const quiet = now - gone - silenceUs() - MARGIN_US;
  return quiet >= 0 && quiet <= REPEATED_US && now - writtenAt >= REPEAT_US;
}
