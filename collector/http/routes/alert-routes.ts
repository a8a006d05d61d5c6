/** What people are called for. Sending a test is left to the command: whoever reaches the page should not be able to ring people up. */
import { named } from '../json-schema.ts';
import { jsonAnswer, jsonDoc, type Route, route } from '../route.ts';

export const alertRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/api/v1/alerts',
      id: 'getAlerts',
      tag: 'now',
      summary: 'Alerts that are told now, and those that are held back, as `dorawatch alerts --json`',
      parameters: {},
      answers: { 200: jsonDoc('The alerts, and whom they are sent to', named('Alerts')) },
    },
    (_, { answers }) => jsonAnswer(answers.alerts()),
  ),
];
