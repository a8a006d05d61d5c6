/** The report as the command prints it, word for word, in tables: a page that told it otherwise would be a second opinion. */
import type { ReportView } from '../../../shared/core/ops-view.ts';
import { AVAILABILITY_HEAD } from '../../core/answers/availability-text.ts';
import { reportText } from '../../core/answers/report-text.ts';
import type { Viewer } from '../core/moment-text.ts';

export function ReportTables({ report, viewer }: { readonly report: ReportView; readonly viewer: Viewer }) {
  const { title, head, lines, availability, measured } = reportText(report, viewer.zone);
  return (
    <article class="card report" aria-labelledby="report-title">
      <div class="card-head">
        <h2 id="report-title">{title}</h2>
      </div>
      {lines.length === 0 && <p class="empty">Nothing happened in this period.</p>}
      {lines.length > 0 && (
        <div class="wide">
          <table>
            <caption class="unseen">What happened, oldest first</caption>
            <Head cells={head} numbers={2} />
            <tbody>
              {lines.map(({ cells, finding }, n) => (
                <tr key={n} class={finding ? 'finding' : undefined}>
                  <Cells cells={cells} numbers={2} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {availability.length > 0 && (
        <div class="wide">
          <table>
            <caption class="unseen">How available each server was</caption>
            <Head cells={AVAILABILITY_HEAD} numbers={1} />
            <tbody>
              {availability.map((cells) => (
                <tr key={cells[0]}>
                  <Cells cells={cells} numbers={1} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="measured">{measured}</p>
    </article>
  );
}

interface CellsProps {
  readonly cells: readonly string[];
  /** From this column on they are figures. */
  readonly numbers: number;
}

function Head({ cells, numbers }: CellsProps) {
  return (
    <thead>
      <tr>
        {cells.map((cell, n) => (
          <th key={cell} scope="col" class={n >= numbers ? 'number' : undefined}>
            {cell}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Cells({ cells, numbers }: CellsProps) {
  return (
    <>
      {cells.map((cell, n) => (
        <td key={n} class={n >= numbers ? 'number' : undefined}>
          {cell.trim()}
        </td>
      ))}
    </>
  );
}
