/**
 * Every bound of the lab in one place, each with its reason. The lab drives foreign programs (Kea, tcpdump, ip), and a
 * wait without a bound would turn their failure into a silent ten-minute hang of the whole test run.
 */

/** Milliseconds a `ip`, `tc` or `apt` sub-command may take; they answer in milliseconds unless the kernel is stuck. */
export const COMMAND_LIMIT_MS = 30_000;

/** Milliseconds apt-get may take to install all packages over a slow mirror; MariaDB and what it needs are 180 MB unpacked. */
export const INSTALL_LIMIT_MS = 600_000;

/** Milliseconds until Kea answers on its control socket: 14,404 reservations load in about a second, a busy host in ten. */
export const KEA_START_LIMIT_MS = 60_000;

/** Milliseconds until influxd answers; it reads its shards first. */
export const INFLUXD_START_LIMIT_MS = 30_000;

/** Milliseconds until mariadbd answers; after a kill it recovers first. */
export const MARIADBD_START_LIMIT_MS = 60_000;

/** Milliseconds a control command may take; Kea answers between two packets. */
export const KEA_COMMAND_LIMIT_MS = 5_000;

/** Milliseconds a process gets between SIGTERM and SIGKILL. */
export const STOP_LIMIT_MS = 5_000;

/** Milliseconds the streams of an ended child are still read when something else holds them open. */
export const STREAM_GRACE_MS = 1_000;

/** Milliseconds until tcpdump says that it listens. */
export const CAPTURE_START_LIMIT_MS = 10_000;

/** Milliseconds between two looks at something that is waited for. */
export const POLL_MS = 50;

/** Characters kept of each output stream of a child; the head is shed and counted, the file on disk has it all. */
export const OUTPUT_LIMIT_CHARS = 4_000_000;

/** Children one lab may own at a time; a test that needs more has a leak. */
export const CHILD_LIMIT = 64;

/** Moments a lab remembers (starts, kills, cuts); far above any scenario. */
export const EVENT_LIMIT = 10_000;

/** Labs one process may have open at a time; each is five namespaces and two servers. */
export const LAB_LIMIT = 8;

/** Octets of a capture that the reader takes: an hour at 100 exchanges a second is about 600 MB; tests write a few MB. */
export const CAPTURE_LIMIT_OCTETS = 1_000_000_000;

/** Frames that the delay line holds each way: 20 ms at a million packets a second would not fill it. */
export const DELAY_LINE_LIMIT_FRAMES = 20_000;

/** Milliseconds until the delay line carries; it is one start of Node. */
export const DELAY_LINE_START_LIMIT_MS = 20_000;

/** Milliseconds tcpdump goes on after the last packet that matters, so that what is in the kernel's ring is written. */
export const CAPTURE_DRAIN_MS = 300;

/** Rounds of killing what is in a namespace, and the milliseconds between two: two seconds outlast any SIGKILL. */
export const KILL_ROUNDS = 80;
export const KILL_PAUSE_MS = 25;
