/** Schemas of what a page draws of the past (shared/core/history-view.ts), and of problems. */
import {
  type JsonSchema,
  listOf,
  moment,
  named,
  nullable,
  number,
  objectOf,
  text,
  truth,
  whole,
  word,
} from '../json-schema.ts';

const quantile = (description: string): JsonSchema =>
  nullable(number(`${description}, µs; null: nothing was answered`));

export const historySchemas: Readonly<Record<string, JsonSchema>> = {
  Timeline: objectOf({
    group: text('Group'),
    mode: text('Its mode'),
    since: moment('From'),
    until: moment('Before'),
    now: moment("The collector's clock: no span ends later"),
    lanes: listOf(named('Lane')),
    gaps: listOf(named('Event')),
    overlaps: listOf(named('Event')),
    failovers: listOf(named('Event')),
    marks: listOf(named('Event')),
    silences: listOf(named('Event')),
    planned: listOf(named('Planned')),
  }),
  Lane: objectOf({
    server: text('Server'),
    site: nullable(text('Site; null: all of them pooled')),
    bucket: nullable(whole('In load balancing: whose clients')),
    role: text('Its role'),
    spans: listOf(named('Span')),
  }),
  Span: objectOf({
    from: moment('Its beginning, or that of the period'),
    to: moment('Its end, or that of the period, or now'),
    state: word('State', 'serving', 'degraded', 'non-serving', 'unknown'),
    reason: nullable(word('What the state rests on')),
    evidence: nullable(text('What the reason rests on, a sentence')),
    text: text('What began it, a sentence'),
    earliest: nullable(moment('It began no earlier; null: nothing was known')),
    latest: nullable(moment('It began no later')),
    late: truth('Whether results that came late found it'),
  }),
  Planned: objectOf({
    from: moment('Its beginning'),
    to: nullable(moment('Its end; null: it lasts')),
    server: nullable(text('Only this server')),
    site: nullable(text('Only this site')),
    text: text('What was meant to be done'),
  }),
  Latency: objectOf({
    group: text('Group'),
    server: text('Server'),
    site: nullable(text('Site; null: all of them pooled')),
    resolution_s: number('What one point is over, s'),
    points: listOf(named('LatencyPoint')),
  }),
  LatencyPoint: objectOf({
    at: moment('The beginning of its time'),
    exchanges: whole('Exchanges that could be judged'),
    answered: whole('Those that were answered'),
    drop_ratio: nullable(number('Share that was not, 0–1')),
    offer_p50_us: quantile('DISCOVER to OFFER, median'),
    offer_p99_us: quantile('DISCOVER to OFFER, 99th percentile'),
    ack_p50_us: quantile('REQUEST to ACK, median'),
    ack_p99_us: quantile('REQUEST to ACK, 99th percentile'),
  }),
  Problem: objectOf(
    {
      type: text('about:blank: the title is that of the status'),
      title: text('The status in words'),
      status: whole('The HTTP status'),
      detail: text('What is wrong and what was expected'),
      errors: listOf(
        objectOf({
          parameter: text('Name of a parameter, or of a key in the body'),
          detail: text('What is wrong with it and what was expected'),
        }),
      ),
    },
    ['errors'],
  ),
};
