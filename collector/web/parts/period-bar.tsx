/**
 * Which group and which time, above every view of the past. Times are typed as the commands take them ("11:30", "-2h",
 * "yesterday"), in the viewer's zone; what is no time is said at the field.
 */
import { useEffect, useState } from 'preact/hooks';
import { localTime } from '../../core/answers/clock-text.ts';
import { parseTime } from '../../core/answers/time-input.ts';
import type { Viewer } from '../core/moment-text.ts';
import { chosen, type Period, type Place } from '../core/place.ts';
import type { Go } from '../io/location.ts';
import { Choice, Field } from './field.tsx';

const PRESETS = [
  ['-1h', '1 h', '1 hour'],
  ['-6h', '6 h', '6 hours'],
  ['-24h', '24 h', '24 hours'],
  ['-7d', '7 d', '7 days'],
  ['-30d', '30 d', '30 days'],
  ['-90d', '90 d', '90 days'],
] as const;

interface PeriodBarProps {
  readonly place: Place;
  readonly go: Go;
  readonly groups: readonly string[];
  readonly group: string;
  readonly period: Period;
  /** What the view shows unless told otherwise. */
  readonly usual: string;
  readonly viewer: Viewer;
}

export function PeriodBar({ place, go, groups, group, period, usual, viewer }: PeriodBarProps) {
  const length = period.until - period.since;
  const move = (from: number, to: number): void => go(chosen(period.since + from * length, period.until + to * length));
  return (
    <div class="controls">
      <Choice
        id="group"
        label="Group"
        value={group}
        options={groups}
        onValue={(value) => go({ group: value, server: null, site: null })}
      />
      <fieldset class="field">
        <legend class="label">Up to now</legend>
        <div class="joined">
          {PRESETS.map(([since, text, name]) => (
            <button
              type="button"
              key={since}
              aria-label={`The last ${name}`}
              aria-pressed={place.until === null && (place.since ?? usual) === since}
              onClick={() => go({ since, until: null })}
            >
              {text}
            </button>
          ))}
        </div>
      </fieldset>
      <FromTo period={period} go={go} viewer={viewer} />
      <fieldset class="joined" aria-label="Move the period">
        <button type="button" aria-label="Earlier" title="Earlier" onClick={() => move(-0.5, -0.5)}>
          ◂
        </button>
        <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => move(-0.5, 0.5)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => move(0.25, -0.25)}>
          +
        </button>
        <button type="button" aria-label="Later" title="Later" onClick={() => move(0.5, 0.5)}>
          ▸
        </button>
      </fieldset>
    </div>
  );
}

function FromTo({ period, go, viewer }: Pick<PeriodBarProps, 'period' | 'go' | 'viewer'>) {
  const text = (at: Period['since']): string => localTime(at, viewer.zone, { date: true });
  const [from, setFrom] = useState(text(period.since));
  const [to, setTo] = useState(period.follows ? 'now' : text(period.until));
  const [wrong, setWrong] = useState<readonly [string | null, string | null]>([null, null]);
  const shown = period.follows ? '' : `${period.since}/${period.until}`;
  const length = period.until - period.since;
  // A period that follows moves while somebody types: only another one is written over what was typed.
  useEffect(() => {
    setFrom(text(period.since));
    setTo(period.follows ? 'now' : text(period.until));
    setWrong([null, null]);
  }, [shown, length, viewer.zone]);
  const show = (submit: Event): void => {
    submit.preventDefault();
    const [since, until] = [parseTime(from, viewer), parseTime(to, viewer)];
    const order = since.ok && until.ok && since.value >= until.value ? 'begins after its end' : null;
    setWrong([since.ok ? order : since.problem, until.ok ? null : until.problem]);
    if (!since.ok || !until.ok || order !== null) return;
    const ends = chosen(since.value, until.value);
    go(to.trim() === 'now' ? { since: from.trim().startsWith('-') ? from.trim() : ends.since, until: null } : ends);
  };
  return (
    <form class="from-to" onSubmit={show}>
      <Field id="from" label={`From (${viewer.zoneName})`} value={from} onValue={setFrom} wrong={wrong[0]} size={18} />
      <Field id="to" label="To" value={to} onValue={setTo} wrong={wrong[1]} size={18} />
      <button type="submit">Show</button>
    </form>
  );
}
