/** A moment in the viewer's zone; pointing at it gives UTC with microseconds, and its bracket. */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { rfc3339 } from '../../core/answers/clock-text.ts';
import { agoText, bracketText, momentText, utcText, type Viewer } from '../core/moment-text.ts';

interface MomentProps {
  readonly at: UnixMicros | null;
  readonly viewer: Viewer;
  readonly earliest?: UnixMicros | null;
  readonly latest?: UnixMicros | null;
  /** "2m ago" behind it. */
  readonly ago?: boolean;
}

export function Moment({ at, viewer, earliest = null, latest = null, ago = false }: MomentProps) {
  if (at === null) return <span class="soft">–</span>;
  const row = { at, earliest, latest };
  const text = earliest === null ? momentText(at, viewer) : bracketText(row, viewer);
  return (
    <span>
      <time dateTime={rfc3339(at)} title={utcText(row)}>
        {text}
      </time>
      {ago && <span class="soft"> ({agoText(at, viewer.now)})</span>}
    </span>
  );
}
