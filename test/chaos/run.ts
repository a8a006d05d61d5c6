/**
 * A schedule, done to the real lab: each fault begun and ended at its time, and noted with the machine's clock before and
 * after, so that the checker knows when it truly was. One loop over the deeds in order; a deed that takes long (Kea's start)
 * is not waited for, or it would push those after it. What goes wrong with a deed ends the run: the truth would be unknown.
 */
import { pause } from '../lab/child.ts';
import type { Lab } from '../lab/lab.ts';
import { type Host, setCut } from '../lab/namespaces.ts';
import type { PartName, Parts } from './parts.ts';
import type { Fault, Schedule } from './schedule.ts';

/** A fault as it was: brackets in wall µs around the doing and around the undoing. */
export interface DoneFault {
  readonly fault: Fault;
  readonly began: Done;
  readonly ended: Done;
}

export interface Done {
  readonly beforeUs: number;
  readonly afterUs: number;
}

export type Tell = (line: string) => void;

interface Deed {
  readonly fault: Fault;
  readonly atMs: number;
  readonly isBegin: boolean;
}

/** Does it all, and returns once the quiet tail is over. */
export async function runSchedule(lab: Lab, parts: Parts, schedule: Schedule, tell: Tell): Promise<DoneFault[]> {
  const beganMs = Date.now();
  const begun = new Map<Fault, Done>();
  const done: DoneFault[] = [];
  for (const deed of deedsOf(schedule)) {
    await pause(Math.max(0, beganMs + deed.atMs - Date.now()));
    const { fault, isBegin } = deed;
    tell(`${(deed.atMs / 1000).toFixed(1).padStart(6)} s  ${isBegin ? faultText(fault) : `${fault.target}: over`}`);
    const beforeUs = Date.now() * 1000;
    await (isBegin ? begin(lab, parts, fault) : end(lab, parts, fault));
    // Whole milliseconds, rounded down: the bracket ends with the next one.
    const when = { beforeUs, afterUs: (Date.now() + 1) * 1000 };
    const began = begun.get(fault);
    if (isBegin) begun.set(fault, when);
    else if (began !== undefined) done.push({ fault, began, ended: when });
  }
  await pause(Math.max(0, beganMs + schedule.untilMs - Date.now()));
  return done;
}

function deedsOf({ faults }: Schedule): Deed[] {
  const deeds = faults.flatMap((fault) => [
    { fault, atMs: fault.atMs, isBegin: true },
    { fault, atMs: fault.untilMs, isBegin: false },
  ]);
  return deeds.sort((a, b) => a.atMs - b.atMs);
}

async function begin(lab: Lab, parts: Parts, fault: Fault): Promise<void> {
  const { target } = fault;
  switch (fault.kind) {
    case 'kill':
      return await (isServer(target) ? lab[target].kill() : parts.kill(partOf(target)));
    case 'pause':
      return signal(lab, parts, fault, 'SIGSTOP');
    case 'cut':
      return setCut(lab.network, siteOf(lab, target), 'cut');
    case 'weather':
      return lab.setWeather(siteOf(lab, target), fault.weather);
    case 'clock':
      return parts.clock(numberOf(target)).set(fault.stepMs);
    case 'full-disk':
      return parts.disk(partOf(target)).fill();
  }
}

async function end(lab: Lab, parts: Parts, fault: Fault): Promise<void> {
  const { target } = fault;
  switch (fault.kind) {
    case 'kill':
      if (isServer(target)) return lab[target].start();
      return start(parts, partOf(target));
    case 'pause':
      return signal(lab, parts, fault, 'SIGCONT');
    case 'cut':
      return setCut(lab.network, siteOf(lab, target), 'mended');
    case 'weather':
      return lab.setWeather(siteOf(lab, target), undefined);
    case 'clock':
      return parts.clock(numberOf(target)).set(0);
    case 'full-disk':
      return parts.disk(partOf(target)).empty();
  }
}

function start(parts: Parts, name: PartName): void {
  if (name === 'collector') parts.startCollector();
  else if (name === 'influxd') parts.startInfluxd();
  else parts.startAgent(name);
}

function signal(lab: Lab, parts: Parts, { target }: Fault, name: 'SIGSTOP' | 'SIGCONT'): void {
  if (isServer(target)) process.kill(lab[target].pid, name);
  else parts.signal(partOf(target), name);
}

const isServer = (target: Fault['target']): target is 'primary' | 'standby' =>
  target === 'primary' || target === 'standby';

const partOf = (target: Fault['target']): PartName =>
  target === 'collector' || target === 'influxd' ? target : numberOf(target);

function numberOf(target: Fault['target']): number {
  const number = /^(?:agent|wan)(\d+)$/.exec(target)?.[1];
  if (number === undefined) throw new Error(`${target} has no number`);
  return Number(number);
}

function siteOf(lab: Lab, target: Fault['target']): Host {
  const host = lab.network.sites[numberOf(target)];
  if (host === undefined) throw new Error(`there is no ${target}`);
  return host;
}

/** For a person, and for whoever repeats it by hand. */
export function faultText(fault: Fault): string {
  const lasts = `for ${((fault.untilMs - fault.atMs) / 1000).toFixed(1)} s`;
  if (fault.kind === 'clock') return `${fault.target}: clock ${(fault.stepMs / 1000).toFixed(1)} s off ${lasts}`;
  if (fault.kind !== 'weather') return `${fault.target}: ${fault.kind} ${lasts}`;
  const { loss, duplicate, reorder, reorderMs, delayMs } = fault.weather;
  const percent = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;
  return `${fault.target}: ${percent(loss)} lost, ${percent(duplicate)} twice, ${percent(reorder)} ${reorderMs} ms late, all ${delayMs} ms late, ${lasts}`;
}
