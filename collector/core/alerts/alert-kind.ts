/**
 * What may be alerted about, how each kind is called by those who receive it, and the rules that hold where the file gives none.
 * What a person must act on at once is critical, what can wait for the morning a warning; what most installations live with
 * (a full scope, a value that differs) is off until somebody asks for it.
 *
 * Rejected: severity by what an alert has become. A label that changes is another alert to Alertmanager, and another page.
 */
import { type Milliseconds, milliseconds } from '../../../shared/core/units.ts';
import { NOTICE_KINDS } from '../finding.ts';

/**
 * - `gap` nobody of a group serves (in load balancing: one half of its clients)
 * - `server` one that should serve does not; another does
 * - `overlap` two serve that should not
 * - `degraded` a server answers only in part, or slowly
 * - `site-unserved` a site's agents are answered by no server of a group, while other sites are
 * - `site-silent` no agent of a site reports
 * - `collector` most sites are silent at once: the collector, or the way to it
 * - `footprint` probes hold nearly all the leases that they can hold: they are not given back
 * - `agent` an agent's spool or clock is in trouble, or it rests
 * - the notices' own kinds, each for itself
 */
export const ALERT_KINDS = [
  'gap',
  'server',
  'overlap',
  'degraded',
  'site-unserved',
  'site-silent',
  'collector',
  'footprint',
  'agent',
  ...NOTICE_KINDS,
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
/** What an alert is of: a kind that has a rule, or a test of the way. */
export type ToldKind = AlertKind | 'test';

/** What is to be told of a kind, and how. */
export interface AlertRule {
  /** How long it must have lasted. */
  readonly forMs: Milliseconds;
  readonly severity: string;
  /** Beside those that every alert has. */
  readonly labels: Readonly<Record<string, string>>;
  /** Link to what to do; null = none. */
  readonly runbook: string | null;
}

/** How many comings and goings make one alert that stays open. */
export interface FlappingRule {
  readonly changes: number;
  /** In so long; and without any for so long it is over. */
  readonly withinMs: Milliseconds;
}

const rule = (forMs: number, severity: string): AlertRule => ({
  forMs: milliseconds(forMs),
  severity,
  labels: {},
  runbook: null,
});

const MINUTE_MS = 60_000;

/** Null: off unless the file asks for it. */
export const RULE_DEFAULTS: Readonly<Record<AlertKind, AlertRule | null>> = {
  gap: rule(0, 'critical'),
  // A gap of the same cause is told at once and carries it.
  server: rule(30_000, 'warning'),
  // A fail-back has both serve for a moment.
  overlap: rule(MINUTE_MS, 'warning'),
  degraded: rule(5 * MINUTE_MS, 'warning'),
  'site-unserved': rule(2 * MINUTE_MS, 'critical'),
  'site-silent': rule(2 * MINUTE_MS, 'warning'),
  collector: rule(MINUTE_MS, 'critical'),
  rogue: rule(0, 'critical'),
  footprint: rule(10 * MINUTE_MS, 'warning'),
  agent: rule(10 * MINUTE_MS, 'warning'),
  scope: null,
  client: null,
  relay: null,
  'answers-as': null,
  expectation: null,
  kea: null,
  // What other rules speak of is told by them, and this is what is left.
  maintenance: rule(MINUTE_MS, 'warning'),
};

/** What a kind is given where the file turns it on without saying more. */
export const RULE_ON = rule(5 * MINUTE_MS, 'warning');

export const FLAPPING_DEFAULT: FlappingRule = { changes: 4, withinMs: milliseconds(15 * MINUTE_MS) };

/** @returns the key of a kind in the YAML: `site_silent` */
export const ruleKey = (kind: AlertKind): string => kind.replaceAll('-', '_');

/** What the names that need it are called; the others are spelled out of their kind. */
const NAMES: Partial<Record<ToldKind, string>> = {
  server: 'ServerNotServing',
  collector: 'CollectorHearsFewSites',
  rogue: 'RogueServer',
  agent: 'AgentTrouble',
  kea: 'KeaDisagrees',
  relay: 'RelayNotServing',
  client: 'ClientNotServed',
  scope: 'ScopeNotServed',
  maintenance: 'NotAsBeforeMaintenance',
};

/** @returns the `alertname`: "DorawatchSiteSilent" */
export function alertName(kind: ToldKind): string {
  const words = kind.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return `Dorawatch${NAMES[kind] ?? words.join('')}`;
}
