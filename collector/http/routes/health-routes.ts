/** Health, where those look who start and restart programs: alive, and ready. What is wrong is said in words. */
import { aliveOf, type HealthView, readyOf } from '../../core/answers/health.ts';
import { named } from '../json-schema.ts';
import { type HttpAnswer, jsonAnswer, jsonDoc, type Route, type RouteDoc, route } from '../route.ts';

const answered = (view: HealthView): HttpAnswer => jsonAnswer(view, view.state === 'ok' ? 200 : 503);

const answers: RouteDoc['answers'] = {
  200: jsonDoc('It is; problems may be named all the same', named('Health')),
  503: jsonDoc('It is not', named('Health')),
};
const common = { method: 'GET', tag: 'health', parameters: {}, answers } as const;

export const healthRoutes: readonly Route[] = [
  route({ ...common, path: '/healthz', id: 'getHealth', summary: 'Alive: the collector can go on' }, (_, context) =>
    answered(aliveOf(context.answers.health())),
  ),
  route(
    {
      ...common,
      path: '/readyz',
      id: 'getReadiness',
      summary: 'Ready: results are stored, and the readers of the log that answers rest on are not behind',
    },
    (_, context) => answered(readyOf(context.answers.health())),
  ),
];
