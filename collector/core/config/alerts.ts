/**
 * The `alerts:` section: where alerts are sent, which findings make one, and what is said with them. A rule that is not named has
 * its default; a rule is turned off by the word `off`. Destinations are read beside (destinations.ts).
 *
 * Rejected: rules as a list with matchers. Each kind has one sensible rule, and a list would have an order that decides.
 */
import { type Milliseconds, milliseconds } from '../../../shared/core/units.ts';
import {
  ALERT_KINDS,
  type AlertKind,
  type AlertRule,
  FLAPPING_DEFAULT,
  type FlappingRule,
  RULE_DEFAULTS,
  RULE_ON,
  ruleKey,
} from '../alerts/alert-kind.ts';
import type { AlertsConfig } from './config.ts';
import { readAlertmanager, readWebhook } from './destinations.ts';
import * as limits from './limits.ts';
import type { Located, Reader } from './reader.ts';
import { createUniqueness } from './unique.ts';
import { type Parsed, parseDuration, parseText, parseUrl, whole } from './values.ts';

/** Nothing is sent anywhere; what would be is listed by `dorawatch alerts`. */
export const ALERTS_DEFAULTS: AlertsConfig = {
  alertmanagers: [],
  webhooks: [],
  externalUrl: null,
  repeatMs: milliseconds(4 * 3_600_000),
  labels: {},
  flapping: FLAPPING_DEFAULT,
  rules: RULE_DEFAULTS,
};

const KEYS = ['alertmanager', 'webhooks', 'external_url', 'repeat', 'labels', 'flapping', 'rules'];

/** The section with every default filled in; what is wrong has been reported. */
export function readAlerts(reader: Reader, at: Located | null): AlertsConfig {
  const section = at === null ? null : reader.section(at, KEYS);
  if (section === null) return ALERTS_DEFAULTS;
  const urls = createUniqueness(reader, 'URL', () => 'this URL');
  const list = (key: string): readonly Located[] => {
    const items = section.get(key);
    return items === null ? [] : reader.items(items, limits.DESTINATIONS_MAX);
  };
  const { repeatMs } = ALERTS_DEFAULTS;
  return {
    alertmanagers: list('alertmanager').flatMap((item) => readAlertmanager(reader, item, urls.claim)),
    webhooks: list('webhooks').flatMap((item) => readWebhook(reader, item, urls.claim)),
    externalUrl: reader.value(section.get('external_url'), parseUrl),
    repeatMs: milliseconds(
      reader.value(section.get('repeat'), between(limits.REPEAT_MIN_MS, limits.REPEAT_MAX_MS)) ?? repeatMs,
    ),
    labels: readLabels(reader, section.get('labels')),
    flapping: readFlapping(reader, section.get('flapping')),
    rules: readRules(reader, section.get('rules')),
  };
}

function readFlapping(reader: Reader, at: Located | null): FlappingRule {
  const section = at === null ? null : reader.section(at, ['changes', 'within']);
  if (section === null) return FLAPPING_DEFAULT;
  const { changes, withinMs } = FLAPPING_DEFAULT;
  return {
    changes: reader.value(section.get('changes'), whole(limits.FLAPS_MIN, limits.FLAPS_MAX)) ?? changes,
    withinMs: milliseconds(
      reader.value(section.get('within'), between(limits.FLAPPING_MIN_MS, limits.FLAPPING_MAX_MS)) ?? withinMs,
    ),
  };
}

function readRules(reader: Reader, at: Located | null): AlertsConfig['rules'] {
  const section = at === null ? null : reader.section(at, ALERT_KINDS.map(ruleKey));
  if (section === null) return RULE_DEFAULTS;
  const rules: Record<AlertKind, AlertRule | null> = { ...RULE_DEFAULTS };
  for (const kind of ALERT_KINDS) {
    const own = section.get(ruleKey(kind));
    if (own !== null) rules[kind] = readRule(reader, own, RULE_DEFAULTS[kind] ?? RULE_ON);
  }
  return rules;
}

function readRule(reader: Reader, at: Located, byDefault: AlertRule): AlertRule | null {
  if (at.node.kind === 'scalar') {
    if (at.node.text === 'off') return null;
    if (at.node.text === 'on') return byDefault;
    const problem = 'expected "on", "off", or keys and values (for, severity, labels, runbook)';
    reader.report(at.node, at.path, problem);
    return null;
  }
  const section = reader.section(at, ['for', 'severity', 'labels', 'runbook']);
  if (section === null) return null;
  return {
    forMs: milliseconds(reader.value(section.get('for'), between(0, limits.ALERT_FOR_MAX_MS)) ?? byDefault.forMs),
    severity: reader.value(section.get('severity'), parseLabelValue) ?? byDefault.severity,
    labels: readLabels(reader, section.get('labels')),
    runbook: reader.value(section.get('runbook'), parseUrl),
  };
}

/** Said of every alert by dorawatch itself. */
const OWN_LABELS: readonly string[] = [
  'alertname',
  'severity',
  'group',
  'server',
  'site',
  'bucket',
  'clients',
  'address',
];

function readLabels(reader: Reader, at: Located | null): Readonly<Record<string, string>> {
  if (at === null) return {};
  if (at.node.kind !== 'map') {
    reader.report(at.node, at.path, 'expected labels and their values, { team: dhcp } say');
    return {};
  }
  const { entries } = at.node;
  if (entries.length > limits.LABELS_MAX)
    reader.report(at.node, at.path, `has ${entries.length} labels; at most ${limits.LABELS_MAX} are allowed`);
  const labels = entries.slice(0, limits.LABELS_MAX).flatMap((entry): readonly (readonly [string, string])[] => {
    const path = `${at.path}.${entry.key}`;
    const problem = labelProblem(entry.key);
    if (problem !== null) reader.report(entry, path, problem);
    const value = reader.value({ node: entry.node, path }, parseLabelValue);
    return value === null ? [] : [[entry.key, value]];
  });
  return Object.fromEntries(labels);
}

function labelProblem(name: string): string | null {
  if (OWN_LABELS.includes(name)) return `"${name}" is a label that dorawatch sets itself`;
  if (/^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/.test(name) && !name.startsWith('__')) return null;
  return `"${name}" is not the name of a label; letters, digits and "_", no digit first, no "__" first`;
}

function parseLabelValue(text: string): Parsed<string> {
  if (text.length <= limits.LABEL_MAX_LENGTH) return parseText(text);
  return { ok: false, problem: `is longer than ${limits.LABEL_MAX_LENGTH} characters` };
}

function between(min: Milliseconds | number, max: number): (text: string) => Parsed<number> {
  return (text) => {
    const time = parseDuration(text);
    if (!time.ok || (time.value >= min && time.value <= max)) return time;
    return { ok: false, problem: `${text} is out of bounds; expected ${durationText(min)} to ${durationText(max)}` };
  };
}

function durationText(ms: number): string {
  if (ms === 0) return '0s';
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${ms / 60_000}min`;
}
