/**
 * A report as one HTML file that needs nothing else: to look at, to print, to send with a change record. Every word is report-text's.
 * No script, and its style is a constant, so that a policy can name it by its hash. Rejected: the page's own style sheet; a file that
 * somebody keeps for a year must look the same then.
 */
import type { ReportView } from '../../../shared/core/ops-view.ts';
import { AVAILABILITY_HEAD } from './availability-text.ts';
import { type ReportLine, reportText } from './report-text.ts';

/** The text of its style element. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #8888; padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top; }
td + td, th + th { white-space: nowrap; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
tr.finding td:first-child { font-style: italic; padding-left: 1.5rem; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } }
`;

/** @param zone IANA name of the zone that times are shown in @returns a whole document */
export function reportHtml(report: ReportView, zone: string): string {
  const { title, head, lines, availability, planned, measured } = reportText(report, zone);
  const events =
    lines.length === 0 ? '<p>No transition, gap or mark in this period.</p>' : tableHtml(head, lines.map(lineHtml));
  const servers =
    availability.length === 0
      ? ''
      : `<h2>Availability</h2>\n${tableHtml(
          AVAILABILITY_HEAD,
          availability.map((cells) => rowHtml(cells)),
        )}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<h2>Events</h2>
${events}
${servers}
${[...planned, measured].map((text) => `<p>${escaped(text)}</p>`).join('\n')}
</body>
</html>
`;
}

const lineHtml = ({ cells, finding }: ReportLine): string => rowHtml(cells, finding ? ' class="finding"' : '');

const rowHtml = (cells: readonly string[], attribute = ''): string =>
  `<tr${attribute}>${cells.map((cell) => `<td>${escaped(cell.trim())}</td>`).join('')}</tr>`;

function tableHtml(head: readonly string[], rows: readonly string[]): string {
  const heads = head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join('');
  return `<table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it, in an element or in a quoted attribute. */
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
