/** Bounds of what is planned, each with its reason. */

/** Windows in the file; each is looked at for every row that is told. */
export const WINDOWS_MAX = 128;
/** Windows of people that are in force or still to come, at once. */
export const OPEN_MAX = 256;
/** Windows of people, and periods that Kea told of, that history is read with: daily work for three years. The oldest go first. */
export const PERIODS_KEPT = 1000;
/** Windows of former configurations that history is read with. */
export const FORMER_KEPT = 500;
/** A start that does not say how long: what a change takes, and short enough that a forgotten one does not hide a night. */
export const DEFAULT_LENGTH_MS = 2 * 3_600_000;
/** Longer than this is no maintenance, and hides what happens: plan it in parts. */
export const LENGTH_MAX_MS = 7 * 86_400_000;
export const LENGTH_MIN_MS = 60_000;
/** How far ahead a person may plan; what is further is the file's. */
export const AHEAD_MAX_MS = 90 * 86_400_000;
/** A server is shut down in its maintenance and then says nothing; its pair is believed to be in it for so long. */
export const KEA_AFTER_US = 4 * 3600e6;
/** One of a pair says that its maintenance is over, and the other serves again a heartbeat (10 s where nobody says otherwise) later. */
export const KEA_SETTLES_US = 15e6;
/** Kea was asked an interval before it first said so, and may have taken this long to be asked. */
export const KEA_ASKED_US = 6e6;

/** After a window: what comes back in its last minute is compared when it is back. */
export const SETTLE_US = 60e6;
/** Event time beyond that until it is compared: what servers were by then is told by then. */
export const TELL_US = 15e6;
/** Event time between two looks: rows of a backlog come by the thousand, and each look reads all findings. */
export const AFTER_STEP_US = 1e6;
/** Compared by what was received so long after it was so, it is history and no news. */
export const AFTER_LATE_US = 300e6;
/** Event time after its end that a window is compared again when findings change, and that it can be amiss: what stays so for two days is as it is wanted. */
export const CASE_OPEN_US = 48 * 3600e6;
/** Windows that are compared at once, one a group: everywhere, of every group of a large file, daily. The oldest go first, and what they said stands. */
export const CASES_KEPT = 1024;
