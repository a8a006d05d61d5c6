/**
 * In which of its two text formats a page of metrics is sent: OpenMetrics to who prefers it, else 0.0.4, which everything
 * that reads metrics has understood for ten years.
 */

export const METRICS_FORMATS = ['0.0.4', 'openmetrics'] as const;
export type MetricsFormat = (typeof METRICS_FORMATS)[number];

/** @param accept the request's Accept header, if it has one */
export function metricsFormat(accept: string | undefined): MetricsFormat {
  const wanted = (accept ?? '').split(',').map(readRange);
  const best = (type: string): number => Math.max(0, ...wanted.filter((own) => own.type === type).map(({ q }) => q));
  const open = best('application/openmetrics-text');
  return open > 0 && open >= best('text/plain') ? 'openmetrics' : '0.0.4';
}

function readRange(text: string): { readonly type: string; readonly q: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
  return { type, q: Number(q) || 0 };
}
