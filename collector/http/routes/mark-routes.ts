/** Marks: what people did, put beside what was measured. The only thing that HTTP changes. */
import { named, nullable, text } from '../json-schema.ts';
import { readMark } from '../mark-body.ts';
import { jsonAnswer, jsonDoc, type Route, route } from '../route.ts';

const optional = (description: string) => nullable(text(description));

export const markRoutes: readonly Route[] = [
  route(
    {
      method: 'POST',
      path: '/api/v1/marks',
      id: 'addMark',
      tag: 'history',
      summary: 'Adds a mark, as `dorawatch mark`; refused when a page of another site sends it',
      parameters: {},
      body: {
        type: 'object',
        properties: {
          text: { ...text('What was done, one line'), minLength: 1 },
          at: optional('When: RFC 3339 or -10m; now where it is left out'),
          group: optional('Only this group'),
          server: optional('Only this server'),
          site: optional('Only this site'),
          actor: optional('Who'),
          ref: optional('A change number'),
        },
        required: ['text'],
        additionalProperties: false,
      },
      answers: { 201: jsonDoc('The mark as it stands in lists', named('Event')) },
    },
    async (_, { answers, body, now, by }) => jsonAnswer(await answers.addMark(readMark(body, now), by), 201),
  ),
];
