/** Schemas of alerts and whom they are sent to: the shapes of shared/core/ops-reply.ts, key for key. */
import {
  type JsonSchema,
  listOf,
  moment,
  named,
  nullable,
  objectOf,
  text,
  truth,
  whole,
  word,
} from '../json-schema.ts';

export const alertSchemas: Readonly<Record<string, JsonSchema>> = {
  Alerts: objectOf({ alerts: listOf(named('Alert')), destinations: listOf(named('Destination')) }),
  Alert: objectOf({
    name: text('As Alertmanager knows it, "DorawatchGap"'),
    state: word(
      'Whether it is told: held says why not, pending: not for as long as its rule wants yet',
      'firing',
      'held',
      'pending',
    ),
    severity: text('Severity, as its rule has it'),
    group: nullable(text('Group')),
    server: nullable(text('Server')),
    site: nullable(text('Site')),
    since: moment('When what is wrong began'),
    fired_at: nullable(moment('When it was first told; null: it is not')),
    held: nullable(text('Why it is not told')),
    flapping: truth('Whether it comes and goes'),
    summary: text('What is wrong, a sentence'),
    evidence: nullable(text('What it rests on')),
    sites: listOf(text('A site concerned')),
    runbook: nullable(text('Link to what to do')),
  }),
  Destination: objectOf({
    name: text('Whom alerts are sent to, without what may be secret in its URL'),
    waiting: whole('Alerts that it has not been told of yet'),
    set_aside: whole('What it could never be told, since it was configured'),
    problem: nullable(text('Why it cannot be reached just now')),
  }),
};
