/** One server's latency: the plot, and the same in figures for whoever cannot see it. */
import { useEffect, useRef } from 'preact/hooks';
import type { LatencySeriesView } from '../../../shared/core/history-view.ts';
import { elapsedText } from '../../core/answers/clock-text.ts';
import { milliText } from '../core/figure-text.ts';
import { linesOf, summaryOf } from '../core/latency-lines.ts';
import { chosen, type Period } from '../core/place.ts';
import { apiUrl, type Query } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import { drawLatency } from '../io/latency-plot.ts';
import { useWidth } from '../io/measured.ts';
import type { PastProps } from '../views/past.ts';
import { Refusal } from './refusal.tsx';

interface LatencyCardProps extends PastProps {
  readonly server: string;
  readonly query: Query;
  readonly round: number;
  readonly period: Period;
}

const HEIGHT_PX = 200;

export function LatencyCard(props: LatencyCardProps) {
  const { server, query, round, place } = props;
  const asked = useAsked<LatencySeriesView>(apiUrl('latency', { ...query, server, site: place.site }), round);
  const series = asked.value;
  const heading = `latency-${server}`;
  return (
    <section class="card latency" aria-labelledby={heading} aria-busy={asked.isOld}>
      <div class="card-head">
        <h2 id={heading}>{server}</h2>
        {series !== null && <span class="soft">{soughtText(series)}</span>}
      </div>
      <Refusal problem={asked.problem} />
      {series !== null && series.points.length === 0 && (
        <p class="empty">Nothing was measured in this period, or it was not answered.</p>
      )}
      {series !== null && series.points.length > 0 && (
        <>
          <div aria-hidden="true">
            <Plot {...props} series={series} />
          </div>
          <Figures series={series} />
        </>
      )}
    </section>
  );
}

const soughtText = ({ site, resolution_s }: LatencySeriesView): string =>
  `${site === null ? 'all sites together' : `from ${site}`}, a point every ${elapsedText(resolution_s * 1000)}`;

function Plot({ series, period, viewer, scheme, go }: LatencyCardProps & { readonly series: LatencySeriesView }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const present = useRef(viewer);
  present.current = viewer;
  // A period that follows is drawn anew when its answer is, not with each second.
  const ends = useRef(period);
  ends.current = period;
  const fixed = period.follows ? 0 : period.since + period.until;
  // The scheme is read from the style sheet, and `fixed` stands for the ends.
  useEffect(() => {
    if (ref.current === null || width === 0) return;
    return drawLatency(ref.current, linesOf(series), {
      width,
      height: HEIGHT_PX,
      from: ends.current.since / 1e6,
      to: ends.current.until / 1e6,
      viewer: present.current,
      onZoom: (from, to) => go(chosen(from * 1e6, to * 1e6)),
    });
  }, [series, width, scheme, fixed]);
  return <div class="plot" ref={ref} />;
}

function Figures({ series }: { readonly series: LatencySeriesView }) {
  return (
    <details class="figures">
      <summary>Figures</summary>
      <table>
        <caption class="unseen">Latency of {series.server} in figures</caption>
        <thead>
          <tr>
            <th scope="col">Quantile</th>
            <th scope="col" class="number">
              Lowest
            </th>
            <th scope="col" class="number">
              Median
            </th>
            <th scope="col" class="number">
              Highest
            </th>
          </tr>
        </thead>
        <tbody>
          {summaryOf(series.points).map(({ name, lowest, middle, highest }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class="number">{milliText(lowest)}</td>
              <td class="number">{milliText(middle)}</td>
              <td class="number">{milliText(highest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
