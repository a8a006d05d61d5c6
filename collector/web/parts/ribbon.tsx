/**
 * What happened, above the lanes: marks as flags, gaps, overlaps and failovers as signs of their own shape. Those that would
 * lie over each other are one sign with their number; pressing it zooms in until they come apart, or opens the report.
 */
import type { EventRow } from '../../../shared/core/ops-view.ts';
import { lengthOf, periodAround } from '../core/findings-list.ts';
import { type Cluster, clustersOf, type Scale } from '../core/lane-columns.ts';
import { bracketText, type Viewer } from '../core/moment-text.ts';
import { rowLook } from '../core/news.ts';
import { chosen } from '../core/place.ts';
import type { Go } from '../io/location.ts';
import { ShapeMark } from './state-mark.tsx';

interface RibbonProps {
  readonly label: string;
  readonly rows: readonly EventRow[];
  readonly scale: Scale;
  readonly viewer: Viewer;
  readonly go: Go;
  readonly isFlags?: boolean;
}

/** A sign and a number of two digits. */
const APART_PX = 30;
/** Nearer to the right edge the number of a sign stands before it. */
const EDGE_PX = 24;

export function Ribbon({ label, rows, scale, viewer, go, isFlags = false }: RibbonProps) {
  return (
    <ul class={isFlags ? 'ribbon flags' : 'ribbon'} aria-label={label}>
      {clustersOf(rows, scale, APART_PX).map((cluster) => (
        <li
          key={cluster.things[0]?.id}
          class={cluster.x > scale.width - EDGE_PX ? 'last' : undefined}
          style={{ left: `${Math.round(cluster.x)}px` }}
        >
          <Sign cluster={cluster} viewer={viewer} go={go} isFlags={isFlags} scale={scale} />
        </li>
      ))}
    </ul>
  );
}

const words = (row: EventRow, viewer: Viewer): string =>
  [row.text, lengthOf(row), bracketText(row, viewer)].filter((part) => part !== '').join(', ');

interface SignProps extends Omit<RibbonProps, 'label' | 'rows'> {
  readonly cluster: Cluster<EventRow>;
}

function Sign({ cluster, viewer, go, isFlags = false, scale }: SignProps) {
  const { things } = cluster;
  const worst = [...things].sort((a, b) => severity(b) - severity(a))[0];
  if (worst === undefined) return null;
  const { shape, tone } = rowLook(worst);
  const text = things
    .slice(0, 8)
    .map((row) => words(row, viewer))
    .join('\n');
  const label = things.length === 1 ? text : `${things.length} together: ${text}`;
  const press = (): void => {
    const room = (scale.until - scale.since) / 20;
    if (things.length === 1) go({ view: 'report', ...periodAround(worst) });
    else go(chosen((things[0]?.at ?? 0) - room, (things.at(-1)?.at ?? 0) + room));
  };
  return (
    <button type="button" class="sign" aria-label={label} title={label} onClick={press}>
      {isFlags ? <Flag /> : <ShapeMark shape={shape} tone={tone} size={11} />}
      {things.length > 1 && <span class="count">{things.length}</span>}
    </button>
  );
}

const ORDER = ['mark', 'fail-back', 'failover', 'overlap', 'gap'];
const severity = ({ kind }: EventRow): number => ORDER.indexOf(kind);

function Flag() {
  return (
    <svg width="12" height="14" viewBox="0 0 12 14" aria-hidden="true">
      <path d="M1 0h1.5v14H1Z" fill="currentColor" />
      <path d="M2.5 1H11L8.8 3.7 11 6.5H2.5Z" fill="currentColor" />
    </svg>
  );
}
