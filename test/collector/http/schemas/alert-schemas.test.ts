/** Alerts of a story, firing and held, against the published schema: a collector that is asked seldom has one to show. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { alertRows } from '../../../../collector/core/alerts/alert-rows.ts';
import { jsonDocument } from '../../../../collector/core/answers/ops-json.ts';
import { ALERTS_DEFAULTS } from '../../../../collector/core/config/alerts.ts';
import { alertSchemas } from '../../../../collector/http/schemas/alert-schemas.ts';
import type { AlertsView } from '../../../../shared/core/ops-reply.ts';
import { seeded } from '../../../simulation/random.ts';
import { quietWorld } from '../../../simulation/world.ts';
import { tell } from '../../core/alerts/alert-story.ts';

t.test('every key that is told, and no other', async (t) => {
  const world = {
    ...quietWorld(seeded(7)),
    servers: ['primary', 'standby'],
    mode: 'hot-standby' as const,
    seconds: 80,
    alive: (server: string, at: number) => server === 'primary' && at < 60,
  };
  const alerts = alertRows(tell({ world }).book, ALERTS_DEFAULTS);
  t.same(new Set(alerts.map(({ state }) => state)), new Set(['firing', 'held']));
  const destinations = [{ name: 'webhook hooks.example.org', waiting: 1, set_aside: 0, problem: 'HTTP 500' }];
  const view: AlertsView = { alerts, destinations };
  const text = JSON.stringify({ $id: 'alerts', $defs: alertSchemas }).replaceAll(
    '#/components/schemas/',
    'alerts#/$defs/',
  );
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false });
  ajv.addSchema(JSON.parse(text));
  const validate = ajv.compile({ $ref: 'alerts#/$defs/Alerts' });
  t.ok(validate(JSON.parse(jsonDocument(view))), 'as the schema says', { errors: validate.errors });
  const [first, ...others] = alerts;
  const more = { ...view, alerts: [{ ...first, more: 1 }, ...others] };
  t.notOk(validate(JSON.parse(jsonDocument(more))), 'a key more is not in it');
});
