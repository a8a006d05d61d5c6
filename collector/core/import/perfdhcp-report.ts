/**
 * Reads a log of perfdhcp's printed reports (1.8 to 3.x) as people kept them: a loop's output with a date before each run, shell
 * prompts and other lines in between, reports cut short, lines that lost their ends. Lines in, runs and mistakes out; when they
 * were and what they mean is run-spans'.
 *
 * Rejected: a grammar of the whole report. Only four figures and two headings matter, and releases add lines between them.
 */
import { type ClockReading, type ReadingOptions, readClock } from './clock-reading.ts';
import { findDate, isClockOnly } from './date-text.ts';

/** What was printed about one stage; null where the report ended before it, or held no such figure ("inf", "n/a"). */
export interface LoggedStage {
  sent: number | null;
  received: number | null;
  meanMs: number | null;
  maxMs: number | null;
}

/** A date that stands in the log, and what else stood on its line. */
export interface LoggedDate {
  readonly line: number;
  readonly reading: ClockReading;
  /** "- primary": the server's name is in there, if anywhere. */
  readonly label: string;
}

/** One run as printed. */
export interface LoggedRun {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Index of its own date, of those before; null: it has none. */
  readonly date: number | null;
  /** Index of the first date after its report: it had ended by then. */
  nextDate: number;
  /** perfdhcp's arguments as it prints them; null where that line is missing. */
  readonly command: string | null;
  /** Whole exchanges a second as printed, and the rate asked for. */
  rate: number | null;
  expectedRate: number | null;
  /** True for runs with -i, which end at the OFFER. */
  offerOnly: boolean;
  offer: LoggedStage | null;
  ack: LoggedStage | null;
}

/** What could not be read, or was read with an assumption. */
export interface LogNote {
  readonly line: number;
  readonly text: string;
}

export interface ReadLog {
  readonly runs: readonly LoggedRun[];
  readonly dates: readonly LoggedDate[];
  readonly notes: readonly LogNote[];
}

interface Reader {
  readonly options: ReadingOptions;
  readonly runs: LoggedRun[];
  readonly dates: LoggedDate[];
  readonly notes: LogNote[];
  current: LoggedRun | null;
  stage: LoggedStage | null;
  /** Where the current run's report begins. */
  reportLine: number | null;
  /** A date that no run has taken yet. */
  pending: number | null;
}

/** A line that lost its end holds two: each of these begins one. */
const BEGINNINGS = /(?=Running: perfdhcp\b|\*\*\*[A-Z]|Rate: |(?:sent|received) packets:)/;
const FIGURE = /(sent packets|received packets|avg delay|max delay): *(\S*)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours are control characters
const COLOURS = /\u001b\[[0-9;]*[A-Za-z]|\u0000/g;

/** @returns every run that has a report, in the order of the log */
export function readPerfdhcpLog(text: string, options: ReadingOptions): ReadLog {
  const reader: Reader = {
    options,
    runs: [],
    dates: [],
    notes: [],
    current: null,
    stage: null,
    reportLine: null,
    pending: null,
  };
  text.split(/\r?\n|\r/).forEach((raw, index) => {
    const line = raw.replace(COLOURS, '');
    for (const piece of line.split(BEGINNINGS)) readPiece(reader, piece, index + 1);
  });
  endRun(reader);
  const { runs, dates, notes } = reader;
  return { runs, dates, notes };
}

const COMMAND = 'Running: perfdhcp';

function readPiece(reader: Reader, piece: string, line: number): void {
  if (piece.startsWith(COMMAND)) beginRun(reader, line, piece.slice(COMMAND.length).trim());
  else if (piece.startsWith('***Rate statistics')) beginReport(reader, line);
  else if (piece.startsWith('Rate: ')) readRate(reader, piece, line);
  else if (piece.startsWith('***Statistics for: ')) beginStage(reader, piece, line);
  else readDate(reader, readFigure(reader, piece, line), line);
}

/** A second report of one run is another run's, whose command was not logged. */
function beginReport(reader: Reader, line: number): void {
  const { current } = reader;
  if (current === null || current.rate !== null || current.offer !== null) beginRun(reader, line, null);
}

function beginRun(reader: Reader, line: number, command: string | null): void {
  endRun(reader);
  // What was glued to the command by a missing line end is no argument.
  const given = command === null ? null : command.replace(/Scenario: .*$/, '');
  const blank = { rate: null, expectedRate: null, offer: null, ack: null, nextDate: 0 };
  const offerOnly = / -i\b/.test(` ${given ?? ''}`);
  reader.current = { line, date: reader.pending, command: given, offerOnly, ...blank };
  reader.pending = null;
}

function readRate(reader: Reader, piece: string, line: number): void {
  const { current } = reader;
  reader.reportLine ??= line;
  if (current === null) return;
  const match = /^Rate: (\S+) (\S+?)( exchanges)?\/second(?:, expected rate: ([\d.]+))?/.exec(piece);
  const rate = Number(match?.[1] ?? Number.NaN);
  current.rate = Number.isFinite(rate) ? rate : null;
  current.expectedRate = match?.[4] === undefined ? null : Number(match[4]);
  if (match?.[2] === 'DISCOVER-OFFER') current.offerOnly = true;
}

function beginStage(reader: Reader, piece: string, line: number): void {
  const name = /^\*\*\*Statistics for: (.+?)\*\*\*/.exec(piece)?.[1] ?? '';
  if (reader.current === null || (name === 'DISCOVER-OFFER' && reader.current.offer !== null)) {
    beginRun(reader, line, null);
  }
  reader.reportLine ??= line;
  const stage: LoggedStage = { sent: null, received: null, meanMs: null, maxMs: null };
  reader.stage = null;
  if (reader.current === null) return;
  if (name === 'DISCOVER-OFFER') reader.current.offer = stage;
  else if (name === 'REQUEST-ACK') reader.current.ack = stage;
  else {
    if (/^(SOLICIT|REQUEST-REPLY)/.test(name))
      note(reader, line, `expected DHCPv4's DISCOVER-OFFER, found ${name} (DHCPv6)`);
    return;
  }
  reader.stage = stage;
}

/** @returns what stands behind the figure, or the whole piece when there is none */
function readFigure(reader: Reader, piece: string, line: number): string {
  const collected = /collected packets: *\d/.exec(piece);
  const match = FIGURE.exec(piece);
  if (match === null || reader.stage === null)
    return collected === null ? piece : piece.slice(collected.index + collected[0].length);
  const [all, name = '', value = ''] = match;
  const number = Number(value === '' ? Number.NaN : value);
  if (name === 'avg delay') reader.stage.meanMs ??= Number.isFinite(number) ? number : null;
  else if (name === 'max delay') reader.stage.maxMs = Number.isFinite(number) ? number : null;
  else if (/^\d+$/.test(value)) reader.stage[name === 'sent packets' ? 'sent' : 'received'] = number;
  else note(reader, line, `expected "${name}: " and a whole number, found "${piece.trim()}"`);
  return piece.slice(match.index + all.length);
}

function readDate(reader: Reader, piece: string, line: number): void {
  if (piece.length < 5) return;
  const found = findDate(piece);
  if (found === null) {
    if (isClockOnly(piece)) note(reader, line, `expected a date with the time, found "${piece.trim()}"`);
    return;
  }
  const reading = readClock(found.value, reader.options);
  if (reading.moments.length === 0) {
    note(reader, line, `expected a date that exists, found "${piece.trim()}"`);
    return;
  }
  reader.pending = reader.dates.length;
  reader.dates.push({ line, reading, label: `${piece.slice(0, found.from)} ${piece.slice(found.to)}`.trim() });
}

function note(reader: Reader, line: number, text: string): void {
  reader.notes.push({ line, text });
}

/** Keeps the run if its report says enough. */
function endRun(reader: Reader): void {
  const run = reader.current;
  const reportLine = reader.reportLine ?? run?.line ?? 0;
  reader.reportLine = null;
  reader.current = null;
  reader.stage = null;
  if (run === null) return;
  const problem = problemOf(run);
  if (problem !== null) {
    note(reader, run.line, `${problem}; this run is left out`);
    return;
  }
  run.nextDate = reader.dates.findLastIndex((date) => date.line <= reportLine) + 1;
  reader.runs.push(run);
}

function problemOf({ offer, ack, offerOnly }: LoggedRun): string | null {
  if (offer === null) return 'expected a report after this line ("***Statistics for: DISCOVER-OFFER***"), found none';
  if (offer.sent === null) return 'expected "sent packets: N" of DISCOVER-OFFER, and the report ends before it';
  if (offer.received === null) return 'expected "received packets: N" of DISCOVER-OFFER, and the report ends before it';
  if (offer.received > offer.sent) return `expected at most ${offer.sent} OFFERs received, found ${offer.received}`;
  // Without an OFFER there was no REQUEST, whatever the report had gone on to say.
  if (offerOnly || offer.received === 0) return null;
  if (ack === null) return 'expected "***Statistics for: REQUEST-ACK***", and the report ends before it';
  if (ack.sent === null || ack.received === null)
    return 'expected sent and received packets of REQUEST-ACK, and the report ends before them';
  if (ack.received > offer.received)
    return `expected at most ${offer.received} ACKs received, one for each OFFER, found ${ack.received}`;
  return ack.received > ack.sent ? `expected at most ${ack.sent} ACKs received, found ${ack.received}` : null;
}
