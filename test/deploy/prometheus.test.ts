/** deploy/prometheus/ before the programs that read it: promtool loads the configuration and the rules, and plays a story for each alert. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { promtool, promtoolSkipReason } from '../lab/promtool.ts';

const skip = promtoolSkipReason();
const path = (name: string): string => new URL(name, import.meta.url).pathname;
const RULES = path('../../deploy/prometheus/dorawatch.rules.yml');
const STORIES = path('dorawatch.rules.test.yml');

interface Rules {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert: string; readonly labels: object; readonly annotations: object }[];
  }[];
}
interface Stories {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
  }[];
}
const read = <Shape>(file: string): Shape => parse(readFileSync(file, 'utf8')) as Shape;

t.test('promtool loads both files', { skip }, async (t) => {
  const config = promtool([
    'check',
    'config',
    '--lint=all',
    '--lint-fatal',
    path('../../deploy/prometheus/prometheus.yml'),
  ]);
  t.equal(config.code, 0, config.said);
  const rules = promtool(['check', 'rules', '--lint=all', '--lint-fatal', RULES]);
  t.equal(rules.code, 0, rules.said);
});

t.test('every alert has a story in which it fires, and they all go as told', { skip }, async (t) => {
  const alerts = read<Rules>(RULES).groups.flatMap(({ rules }) => rules);
  const fired = read<Stories>(STORIES).tests.flatMap((story) =>
    story.alert_rule_test.filter((one) => one.exp_alerts.length > 0).map((one) => one.alertname),
  );
  t.same([...new Set(fired)].sort(), alerts.map(({ alert }) => alert).sort());
  for (const { alert, labels, annotations } of alerts) {
    t.same(Object.keys(labels), ['severity', 'source'], alert);
    t.same(Object.keys(annotations), ['summary', 'description', 'runbook_url'], alert);
  }
  const { code, said } = promtool(['test', 'rules', STORIES]);
  t.equal(code, 0, said);
});

t.test('the rules say which of them are always on, and which are the other choice', async (t) => {
  const text = readFileSync(RULES, 'utf8');
  t.same(
    read<Rules>(RULES).groups.map(({ name }) => name),
    ['dorawatch-collector', 'dorawatch-service', 'dorawatch-agents'],
  );
  t.match(
    text.slice(0, text.indexOf('\ngroups:')),
    /dorawatch-collector {2}ALWAYS.*dorawatch-service {4}THE OTHER CHOICE/s,
  );
});
