/**
 * Login at the page, logout, and who one is. A login's answer is a cookie; it takes the token in a JSON body, which no form of another
 * site can send, and refuses whatever another site's page has sent, so nobody is logged in as somebody else behind their back.
 */
import type { Visitor } from '../gate.ts';
import { moment, nullable, objectOf, text, word } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { jsonAnswer, jsonDoc, type Route, route } from '../route.ts';

const tag = 'login';
const parameters = {};

const whoami = objectOf({
  name: nullable(text('Who asks; null: the collector knows no people')),
  role: word('What it may do', 'viewer', 'operator', 'admin'),
  until: nullable(moment('Until when what it came in with is good')),
});
const answers = { 200: jsonDoc('Who asks', whoami) };

export const loginRoutes: readonly Route[] = [
  route(
    {
      method: 'POST',
      path: '/api/v1/login',
      id: 'login',
      tag,
      summary: 'Takes a bearer token, and sets the cookie of the page; refused when a page of another site sends it',
      parameters,
      body: {
        type: 'object',
        properties: { token: text('As `dorawatch bearer create` printed it') },
        required: ['token'],
        additionalProperties: false,
      },
      answers,
    },
    async (_, { login, body }) => {
      const { visitor, cookie } = await login(tokenOf(body));
      return { ...jsonAnswer(whoamiOf(visitor)), headers: { 'set-cookie': cookie } };
    },
  ),
  route(
    {
      method: 'POST',
      path: '/api/v1/logout',
      id: 'logout',
      tag,
      summary: 'Ends the session of the cookie, and every live stream of it',
      parameters,
      answers: { 200: jsonDoc('Who asked', whoami) },
    },
    async (_, { logout, visitor }) => {
      const cookie = await logout();
      return { ...jsonAnswer(whoamiOf(visitor)), headers: { 'set-cookie': cookie } };
    },
  ),
  route(
    {
      method: 'GET',
      path: '/api/v1/whoami',
      id: 'whoami',
      tag,
      summary: 'Who asks, and what it may do',
      parameters,
      answers,
      isPersonal: true,
    },
    (_, { visitor }) => jsonAnswer(whoamiOf(visitor)),
  ),
];

function tokenOf(body: unknown): string {
  const token = typeof body === 'object' && body !== null && 'token' in body ? body.token : null;
  if (typeof token === 'string') return token;
  throw new Problem(400, 'expected a JSON object: {"token": "dwb1-…"}');
}

const whoamiOf = ({ caller, credential }: Visitor) => ({
  name: caller.kind === 'person' ? caller.name : null,
  role: caller.kind === 'person' ? caller.role : 'admin',
  until: credential?.until ?? null,
});
