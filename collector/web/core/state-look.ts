/**
 * How a state looks and what it is called: each has a word, a shape and a colour, so that no one of the three is needed to
 * read it. Colours are names here; the palette (styles/palette.css) has them for both schemes.
 *
 * A server that is silent as its role has it is not red: on a page full of healthy standbys, nobody would see the dead one.
 */
export type Tone = 'well' | 'quiet' | 'warn' | 'bad' | 'double' | 'unknown';
export type Shape = 'disc' | 'ring' | 'triangle' | 'square' | 'diamond' | 'dash';

export interface Look {
  readonly word: string;
  readonly tone: Tone;
  readonly shape: Shape;
  /** Higher is worse, for what comes first and what may not be hidden. */
  readonly rank: number;
}

const SHAPES: Readonly<Record<Tone, Shape>> = {
  well: 'disc',
  quiet: 'ring',
  warn: 'triangle',
  bad: 'square',
  double: 'diamond',
  unknown: 'dash',
};

const look = (word: string, tone: Tone, rank: number): Look => ({ word, tone, shape: SHAPES[tone], rank });

const SILENT = look('standing by', 'quiet', 1);
const UNKNOWN = look('unknown', 'unknown', 3);

const STATE_LOOKS: Readonly<Record<string, Look>> = {
  serving: look('serving', 'well', 2),
  degraded: look('degraded', 'warn', 4),
  'non-serving': look('not serving', 'bad', 5),
  unknown: UNKNOWN,
};

const GROUP_LOOKS: Readonly<Record<string, Look>> = {
  normal: look('normal', 'well', 0),
  unknown: look('unknown', 'unknown', 2),
  'failed-over': look('failed over', 'warn', 3),
  degraded: look('degraded', 'warn', 4),
  overlap: look('both serving', 'double', 5),
  gap: look('gap (nobody serves)', 'bad', 6),
};

const SITE_LOOKS: Readonly<Record<string, Look>> = {
  served: look('served', 'well', 0),
  unknown: UNKNOWN,
  unserved: look('unserved', 'bad', 5),
};

const strange = (state: string): Look => ({ ...UNKNOWN, word: state });

export const groupLook = (state: string): Look => GROUP_LOOKS[state] ?? strange(state);

export const siteLook = (state: string): Look => SITE_LOOKS[state] ?? strange(state);

/** @param isSilentByDesign whether nothing else is expected of it at the moment */
export function stateLook(state: string, isSilentByDesign: boolean): Look {
  if (isSilentByDesign && state === 'non-serving') return SILENT;
  return STATE_LOOKS[state] ?? strange(state);
}

interface Post {
  readonly mode: string;
  readonly role: string;
  /** In load balancing whose clients (0 the primary's, 1 the secondary's). */
  readonly bucket: number | null;
}

const OWNERS = ['primary', 'secondary'];

/** @returns whether a mode has a server silent while all is well */
export function isExpectedSilent({ mode, role, bucket }: Post): boolean {
  if (mode === 'independent') return false;
  if (role === 'backup') return true;
  if (mode === 'load-balancing') return bucket !== null && OWNERS[bucket] !== role;
  return role !== 'primary';
}

/** Mere silence; what says more (an ICMP error, a NAK) is no design. */
export const isMereSilence = (reason: string | null): boolean =>
  reason === null || reason === 'no-offer' || reason === 'by-design';

const REASONS: Readonly<Record<string, string>> = {
  answered: 'answers',
  'no-offer': 'no OFFER comes',
  'no-ack': 'OFFERs come, but no ACK',
  nak: 'it refuses with NAK',
  refused: 'its port refuses (ICMP)',
  unreachable: 'it cannot be reached (ICMP)',
  loss: 'exchanges are lost',
  'some-sites': 'some sites are not served',
  'silent-agent': 'no agent reports',
  'foreign-source': 'only other addresses answer',
  'never-answered': 'it has never answered',
  'some-identities': 'some identities are refused',
  slow: 'far slower than usual',
  overloaded: 'overloaded',
  'by-design': 'silent by design',
  paused: 'probing is paused',
};

/** @returns a reason's code in words; a newer collector's code as it is */
export const reasonText = (reason: string | null): string => (reason === null ? '' : (REASONS[reason] ?? reason));
