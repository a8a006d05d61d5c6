/**
 * Several perfdhcp logs, each given under a server's name, as the observations of those servers. A date line may carry the name
 * itself ("2021-02-09 11:29:46 - primary"): it then says whose run it is, so one log of both servers may be given for both.
 */
import type { ObservationView } from '../../../shared/core/ops-request.ts';
import type { ReadingOptions } from './clock-reading.ts';
import { isSound } from './import-request.ts';
import { observationKey } from './imported-group.ts';
import { readPerfdhcpLog } from './perfdhcp-report.ts';
import { type PlacedRun, type PlacedRuns, placeRuns } from './run-spans.ts';

/** A log as given on the command line: NAME=PATH. */
export interface GivenLog {
  readonly server: string;
  readonly path: string;
  readonly text: string;
}

export interface ReadLogs {
  readonly observations: readonly ObservationView[];
  /** "FILE:LINE: what was expected, what was found", in the order of the files. */
  readonly notes: readonly string[];
}

/** @returns each run once, however often its file was given */
export function readGivenLogs(given: readonly GivenLog[], options: ReadingOptions): ReadLogs {
  const found = new Map<string, ObservationView>();
  const notes = new Set<string>();
  const servers = given.map(({ server }) => server);
  // A log of both servers is given twice and read once.
  const read = new Map<string, PlacedRuns>();
  for (const { server, path, text } of given) {
    const placed = read.get(path) ?? placeRuns(readPerfdhcpLog(text, options));
    read.set(path, placed);
    const shared = given.some((other) => other.path === path && other.server !== server);
    for (const note of [...placed.notes].sort((a, b) => a.line - b.line))
      notes.add(`${path}:${note.line}: ${note.text}`);
    const isNamed = placed.runs.some((run) => namedIn(run, [server]) !== null);
    const foreign: PlacedRun[] = [];
    for (const run of placed.runs) {
      const named = namedIn(run, servers);
      // Where this server's runs carry its name, those that carry another are another's.
      if (named === null && isNamed && wordsOf(run.label).length > 0) {
        foreign.push(run);
        continue;
      }
      if (named === null && shared) {
        notes.add(
          `${path}:${run.line}: expected ${servers.join(' or ')} on the date line, since the file is given for both; this run is left out`,
        );
        continue;
      }
      const observation = { server: named ?? server, ...run.observation };
      if (!isSound(observation, options.now)) {
        notes.add(
          `${path}:${run.line}: expected counts and times that agree with each other and are not to come; this run is left out`,
        );
        continue;
      }
      found.set(observationKey(observation), observation);
    }
    if (foreign[0]) notes.add(foreignNote(path, foreign[0], foreign.length, servers));
    if (placed.runs.length === 0)
      notes.add(`${path}:1: expected perfdhcp's reports ("***Rate statistics***" …), found none`);
  }
  const observations = [...found.values()];
  notes.add(blindNote(observations) ?? '');
  notes.delete('');
  return { observations, notes: [...notes] };
}

function foreignNote(path: string, { line, label }: PlacedRun, count: number, servers: readonly string[]): string {
  const more = count === 1 ? 'this run is' : `this run and ${count - 1} more are`;
  return `${path}:${line}: expected ${servers.join(' or ')} on the date line, found "${label}"; ${more} left out`;
}

/** The server whose name stands on the run's date line as a word, or that perfdhcp was given by that name. */
function namedIn({ label, target }: PlacedRun, servers: readonly string[]): string | null {
  const words = [...wordsOf(label), target.toLowerCase()];
  return servers.find((server) => words.includes(server.toLowerCase())) ?? null;
}

function wordsOf(label: string): readonly string[] {
  const words = label.toLowerCase().split(/[^\p{L}\p{N}_.-]+/u);
  return words.map((word) => word.replace(/^[.-]+|[.-]+$/g, '')).filter((word) => word !== '');
}

/** Runs that ended before any answer could come say nothing, and people think that they do. */
function blindNote(observations: readonly ObservationView[]): string | null {
  const blind = observations.filter(({ answered, dropped }) => answered + dropped === 0).length;
  if (blind === 0) return null;
  return `${blind} of ${observations.length} runs ended before an answer could come, and say nothing of their server (perfdhcp's -W counts microseconds)`;
}
