/** The report of a group over a period, for programs and for people, to look at or to keep as a file. */
import type { ReportView } from '../../../shared/core/ops-view.ts';
import { rfc3339 } from '../../core/answers/clock-text.ts';
import { reportMarkdown } from '../../core/answers/report-text.ts';
import { named } from '../json-schema.ts';
import { choice, flag, optionalTime, requiredName, requiredTime } from '../parameters.ts';
import { type HttpAnswer, jsonAnswer, type Route, route } from '../route.ts';

const FORMATS = ['json', 'md', 'table'] as const;
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
        download: flag('As a file to keep, with a name that says what it is'),
      },
      answers: {
        200: {
          description: 'The report',
          content: {
            'application/json': named('Report'),
            'text/markdown': { type: 'string' },
            'text/plain': { type: 'string' },
          },
        },
      },
    },
    async ({ format, download, ...request }, { answers }) => {
      const report = await answers.report(request);
      const answer = rendered(report, format);
      return download ? asFile(answer, report, format) : answer;
    },
  ),
];

function rendered(report: ReportView, format: Format): HttpAnswer {
  if (format === 'json') return jsonAnswer(report);
  const type = format === 'md' ? 'text/markdown; charset=utf-8' : 'text/plain; charset=utf-8';
  return { status: 200, type, body: reportMarkdown(report, 'UTC') };
}

const ENDINGS: Readonly<Record<Format, string>> = { json: 'json', md: 'md', table: 'txt' };

/** "dorawatch-corsham-dhcp-2026-03-01T1130Z.md": names of groups have letters, digits, ".", "_" and "-" only. */
function asFile(answer: HttpAnswer, { group, since }: ReportView, format: Format): HttpAnswer {
  const at = rfc3339(since).slice(0, 16).replace(':', '');
  const name = `dorawatch-${group.replaceAll(/[^\w.-]/g, '_')}-${at}Z.${ENDINGS[format]}`;
  return { ...answer, headers: { 'content-disposition': `attachment; filename="${name}"` } };
}
