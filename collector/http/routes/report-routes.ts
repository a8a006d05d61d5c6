/** The report of a group over a period, for programs and for people, to look at or to keep as a file. */
import { createHash } from 'node:crypto';
import type { ReportView } from '../../../shared/core/ops-view.ts';
import { rfc3339 } from '../../core/answers/clock-text.ts';
import { REPORT_STYLE, reportHtml } from '../../core/answers/report-html.ts';
import { reportMarkdown, reportPlain } from '../../core/answers/report-text.ts';
import { named } from '../json-schema.ts';
import { choice, flag, optionalTime, requiredName, requiredTime, zone } from '../parameters.ts';
import { type HttpAnswer, jsonAnswer, type Route, route } from '../route.ts';

const FORMATS = ['json', 'md', 'html', 'table'] as const;
type Format = (typeof FORMATS)[number];

export const reportRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/api/v1/report',
      id: 'getReport',
      tag: 'history',
      summary: 'The failover table of a period, as `dorawatch report`',
      parameters: {
        group: requiredName('The group', 'expected the name of a group'),
        since: requiredTime('From this moment on'),
        until: optionalTime('Before this moment; now where it is left open'),
        format: choice('What it is for', FORMATS),
        zone: zone('Zone of the times in md, html and table'),
        download: flag('As a file to keep, with a name that says what it is'),
      },
      answers: {
        200: {
          description: 'The report',
          content: {
            'application/json': named('Report'),
            'text/markdown': { type: 'string' },
            'text/html': { type: 'string' },
            'text/plain': { type: 'string' },
          },
        },
      },
    },
    async ({ format, download, zone: shown, ...request }, { answers }) => {
      const report = await answers.report(request);
      const answer = rendered(report, format, shown);
      return download ? asFile(answer, report, format) : answer;
    },
  ),
];

function rendered(report: ReportView, format: Format, shown: string): HttpAnswer {
  const text = (type: string, body: string): HttpAnswer => ({ status: 200, type: `text/${type}; charset=utf-8`, body });
  switch (format) {
    case 'json':
      return jsonAnswer(report);
    case 'md':
      return text('markdown', reportMarkdown(report, shown));
    case 'table':
      return text('plain', reportPlain(report, shown));
    case 'html':
      return { ...text('html', reportHtml(report, shown)), headers: HTML_HEADERS };
  }
}

const STYLE_HASH = createHash('sha256').update(REPORT_STYLE).digest('base64');
/** Nothing but its own style. */
const HTML_HEADERS = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

const ENDINGS: Readonly<Record<Format, string>> = { json: 'json', md: 'md', html: 'html', table: 'txt' };

/** "dorawatch-corsham-dhcp-2026-03-01T1130Z.md": names of groups have letters, digits, ".", "_" and "-" only. */
function asFile(answer: HttpAnswer, { group, since }: ReportView, format: Format): HttpAnswer {
  const at = rfc3339(since).slice(0, 16).replace(':', '');
  const name = `dorawatch-${group.replaceAll(/[^\w.-]/g, '_')}-${at}Z.${ENDINGS[format]}`;
  return { ...answer, headers: { ...answer.headers, 'content-disposition': `attachment; filename="${name}"` } };
}
