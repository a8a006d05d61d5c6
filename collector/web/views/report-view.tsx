/** Report: the table of a change or a failure, for reading, printing and taking along. */
import type { ReportView } from '../../../shared/core/ops-view.ts';
import { apiUrl } from '../io/api.ts';
import { useAsked } from '../io/asked.ts';
import { FindingChoice } from '../parts/finding-choice.tsx';
import { PeriodBar } from '../parts/period-bar.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { ReportTables } from '../parts/report-table.tsx';
import { type PastProps, usePast } from './past.ts';

const USUAL = '-1h';
const FORMATS = [
  ['md', 'Markdown'],
  ['json', 'JSON'],
  ['html', 'HTML'],
] as const;

export function PastReport(props: PastProps) {
  const { place, go, viewer } = props;
  const { group, groups, period, query, round } = usePast(props, USUAL);
  const asked = useAsked<ReportView>(group === '' ? null : apiUrl('report', query), round);
  return (
    <>
      <h1 class="not-printed">Report</h1>
      <PeriodBar {...{ place, go, groups, group, period, viewer }} usual={USUAL} />
      <div class="controls">
        {FORMATS.map(([format, name]) => (
          <a key={format} class="button" href={apiUrl('report', { ...query, format, download: true })} download>
            {name}
          </a>
        ))}
        <button type="button" onClick={() => print()}>
          Print
        </button>
      </div>
      <Refusal problem={asked.problem} />
      <div class="now">
        <div aria-busy={asked.isOld}>
          {asked.value !== null && <ReportTables report={asked.value} viewer={viewer} />}
          {asked.value === null && asked.problem === null && <p class="empty">Waiting for the collector.</p>}
        </div>
        {group !== '' && <FindingChoice group={group} place={place} round={props.told.round} viewer={viewer} />}
      </div>
    </>
  );
}
