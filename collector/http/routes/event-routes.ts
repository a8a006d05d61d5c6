/** What happened: the list of events. A long list is told by its end, since the newest is what one asks for unasked. */

import { named } from '../json-schema.ts';
import { EVENTS_MAX, EVENTS_USUAL } from '../limits.ts';
import { count, flag, optionalName, optionalTime } from '../parameters.ts';
import { jsonAnswer, jsonDoc, type Route, route } from '../route.ts';

export const eventRoutes: readonly Route[] = [
  route(
    {
      method: 'GET',
      path: '/api/v1/events',
      id: 'getEvents',
      tag: 'history',
      summary: 'Transitions, gaps, failovers, notices and marks, oldest first; beyond `limit` the newest ones',
      parameters: {
        group: optionalName('Only events of this group, and those of no group'),
        since: optionalTime('From this moment on'),
        until: optionalTime('Before this moment'),
        paths: flag("Also each site's own view of a server"),
        limit: count('Events at most', { usual: EVENTS_USUAL, most: EVENTS_MAX }),
      },
      answers: { 200: jsonDoc('The events', named('Events')) },
    },
    ({ limit, ...request }, { answers }) => {
      const rows = answers.events({ ...request, follow: false });
      return jsonAnswer({ events: rows.slice(-limit), truncated: rows.length > limit });
    },
  ),
];
