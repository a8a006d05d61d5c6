/** Prometheus's page: text 0.0.4, or OpenMetrics to who asks for it. Its place is a convention, so it is not under /api/v1. */
import { type MetricsFormat, metricsFormat } from '../../../shared/core/metrics/content-type.ts';
import type { MetricsPage } from '../../../shared/io/metrics-page.ts';
import { type Route, route } from '../route.ts';

export const metricsRoute = (page: (format: MetricsFormat) => Promise<MetricsPage>): Route =>
  route(
    {
      method: 'GET',
      path: '/metrics',
      id: 'getMetrics',
      tag: 'health',
      summary: 'Metrics for Prometheus',
      parameters: {},
      answers: {
        200: {
          description: 'The metrics, a second old at most',
          content: { 'text/plain': { type: 'string' }, 'application/openmetrics-text': { type: 'string' } },
        },
      },
    },
    async (_values, { accept }) => {
      const { contentType, text } = await page(metricsFormat(accept ?? undefined));
      return { status: 200, type: contentType, body: text, headers: { vary: 'accept' } };
    },
  );
