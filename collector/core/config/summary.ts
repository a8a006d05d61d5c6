/**
 * What a configuration means besides its load, in sentences: `check-config` prints them, so that a person reads what was understood
 * before any agent acts on it.
 */
import { ALERT_KINDS, ruleKey } from '../alerts/alert-kind.ts';
import { elapsedText } from '../answers/clock-text.ts';
import { listText } from '../words.ts';
import type { AlertsConfig, CollectorConfig, InfluxConfig } from './config.ts';
import { rateText } from './load-text.ts';

/** One sentence on what the sites add up to. */
export function sitesSummary(config: CollectorConfig): string {
  const count = config.sites.length;
  const servers = config.groups.reduce((sum, group) => sum + group.servers.length, 0);
  const capped = config.sites.filter(({ ratePerSecond }) => ratePerSecond !== null).length;
  const each = config.probe.ratePerSecond / count;
  return (
    `${count} ${count === 1 ? 'site' : 'sites'}, ${servers} ${servers === 1 ? 'server' : 'servers'}; ` +
    `with an agent at every site, each sends ${rateText(each)}/s to each server` +
    `${capped === 0 ? '' : ` (${capped} with a cap of their own)`}. ` +
    `Non-serving after ${config.detect.fall} unanswered, serving again after ${config.detect.rise} answered.`
  );
}

/** One sentence on what goes to InfluxDB. */
export function influxSummary({ url, database, username, exchanges }: InfluxConfig): string {
  const what = exchanges ? 'every exchange, ten-second figures a path' : 'ten-second figures a path';
  const as = username === null ? '' : ` as ${username}`;
  return `InfluxDB: ${what}, transitions and gaps go to database ${database} at ${url}${as}.`;
}

/** What a stored batch takes on disk, octets, without its results: 60,000 batches of two results were measured as 6.5 MB. */
const BATCH_OCTETS = 92;
/** What a result adds to it. */
const RESULT_OCTETS = 9;
/** What a rollup of one path takes: a month of 142 sites and two servers by the hour was measured as 7.1 MB. */
const ROLLUP_OCTETS = 35;

/** One sentence on how long what is kept, and the disk that it takes with an agent at every site. */
export function retentionSummary({ retention, probe, sites, groups }: CollectorConfig): string {
  const { rawMs, minuteMs, hourMs } = retention;
  const servers = groups.reduce((sum, group) => sum + group.servers.length, 0);
  const paths = sites.length * servers;
  // An agent closes a batch a second, whatever is in it.
  const rawPerSecond = sites.length * BATCH_OCTETS + probe.ratePerSecond * servers * RESULT_OCTETS;
  const raw = (rawMs / 1000) * rawPerSecond;
  const minutes = (minuteMs / 60_000) * paths * ROLLUP_OCTETS;
  const hours = (hourMs / 3_600_000) * paths * ROLLUP_OCTETS;
  return (
    `Kept: raw results ${daysText(rawMs)} (about ${octetsText(raw)}), figures by the minute ${daysText(minuteMs)} ` +
    `(${octetsText(minutes)} at most) and by the hour ${daysText(hourMs)} (${octetsText(hours)} at most), ` +
    'transitions and marks for ever.'
  );
}

/** Whom is told of alerts, and the rules that are in force. */
export function alertsSummary({ alertmanagers, webhooks, rules, repeatMs }: AlertsConfig): readonly string[] {
  const to = [
    ...alertmanagers.map(({ url, username }) => `Alertmanager at ${url}${username === null ? '' : ` as ${username}`}`),
    ...webhooks.map(({ url, urlFile }) => `webhook ${url ?? `of ${urlFile}`}`),
  ];
  const told = to.length === 0 ? 'Alerts: sent nowhere.' : `Alerts: sent to ${listText(to, to.length)}.`;
  const again = webhooks.length === 0 ? '' : ` Webhooks are told again of what lasts every ${spanText(repeatMs)}.`;
  const inForce = ALERT_KINDS.flatMap((kind) => {
    const rule = rules[kind];
    return rule === null
      ? []
      : [`${ruleKey(kind)} ${rule.severity}${rule.forMs === 0 ? '' : ` after ${spanText(rule.forMs)}`}`];
  });
  const off = ALERT_KINDS.filter((kind) => rules[kind] === null).map(ruleKey);
  const silent = off.length === 0 ? '' : ` Off: ${off.join(', ')}.`;
  return [told + again, `Alert rules: ${inForce.join('; ')}.${silent}`];
}

/** "5m", "4h" */
const spanText = (ms: number): string => elapsedText(ms).replace(/ 0s$/, '').replace(/ 0m$/, '');

function daysText(ms: number): string {
  const days = ms / 86_400_000;
  if (days >= 1) return `${Number(days.toFixed(1))} ${days === 1 ? 'day' : 'days'}`;
  return `${Number((ms / 3_600_000).toFixed(1))} h`;
}

function octetsText(octets: number): string {
  if (octets >= 1e9) return `${(octets / 1e9).toFixed(1)} GB`;
  return `${Math.max(1, Math.round(octets / 1e6))} MB`;
}
