/** How things stand now: status, sites, scopes, agents. The same documents as the commands' `--json`. */
import { named } from '../json-schema.ts';
import { flag, optionalName } from '../parameters.ts';
import { jsonAnswer, jsonDoc, type Route, route } from '../route.ts';
import { statusDocument } from './status-document.ts';

const method = 'GET';
const tag = 'now';

export const stateRoutes: readonly Route[] = [
  route(
    {
      method,
      path: '/api/v1/status',
      id: 'getStatus',
      tag,
      summary: 'The state of each group and its servers, as `dorawatch status --json`',
      parameters: { group: optionalName('Only this group') },
      answers: { 200: jsonDoc('How things stand', named('Status')) },
    },
    ({ group }, { answers, now }) => jsonAnswer(statusDocument(answers.state({ group }), now)),
  ),
  route(
    {
      method,
      path: '/api/v1/sites',
      id: 'getSites',
      tag,
      summary: 'Every site once a group: who serves it, as `dorawatch sites --json`',
      parameters: { unserved: flag('Only sites that are not served') },
      answers: { 200: jsonDoc('The sites', named('Sites')) },
    },
    ({ unserved }, { answers }) => jsonAnswer(answers.sites({ unserved })),
  ),
  route(
    {
      method,
      path: '/api/v1/scopes',
      id: 'getScopes',
      tag,
      summary: 'Every subnet that is swept, as `dorawatch scopes --json`',
      parameters: {
        group: optionalName('Only this group'),
        unserved: flag('Only subnets that are not served though a server serves'),
      },
      answers: { 200: jsonDoc('The subnets', named('Scopes')) },
    },
    ({ group, unserved }, { answers }) => jsonAnswer(answers.scopes({ group, unserved })),
  ),
  route(
    {
      method,
      path: '/api/v1/agents',
      id: 'getAgents',
      tag,
      summary: 'Every agent heard of and how well it measures, as `dorawatch agents --json`',
      parameters: {},
      answers: { 200: jsonDoc('The agents', named('Agents')) },
    },
    (_, { answers }) => jsonAnswer(answers.agents()),
  ),
];
