/** What a page draws of the past: the timeline of a group, and latency over time. */
import { named } from '../json-schema.ts';
import { POINTS_MAX, POINTS_USUAL } from '../limits.ts';
import { count, flag, optionalName, optionalTime, requiredName, requiredTime } from '../parameters.ts';
import { jsonAnswer, jsonDoc, type Route, route } from '../route.ts';

const method = 'GET';
const tag = 'history';
const period = {
  group: requiredName('The group', 'expected the name of a group'),
  since: requiredTime('From this moment on'),
  until: optionalTime('Before this moment; now where it is left open'),
};

export const historyRoutes: readonly Route[] = [
  route(
    {
      method,
      path: '/api/v1/timeline',
      id: 'getTimeline',
      tag,
      summary:
        'A lane of states for each server (or each site of one), with gaps, overlaps, failovers, marks and silences',
      parameters: {
        ...period,
        server: optionalName('Only this server'),
        sites: flag('A lane for each site of the server, instead of one for the server'),
      },
      answers: { 200: jsonDoc('The timeline', named('Timeline')) },
    },
    (request, { answers }) => jsonAnswer(answers.timeline(request)),
  ),
  route(
    {
      method,
      path: '/api/v1/lanes',
      id: 'getLanes',
      tag,
      summary: 'A lane for each site and server of a group, in columns of numbers: for pictures of many',
      parameters: { ...period, server: optionalName('Only this server') },
      answers: { 200: jsonDoc('The lanes', named('LaneSet')) },
    },
    (request, { answers }) => jsonAnswer(answers.lanes(request)),
  ),
  route(
    {
      method,
      path: '/api/v1/latency',
      id: 'getLatency',
      tag,
      summary: 'Latency and loss of a server over time, pooled or from one site; a time without exchanges has no point',
      parameters: {
        ...period,
        server: requiredName('The server', 'expected the name of a server of the group'),
        site: optionalName('Only its path from this site'),
        points: count('Points at most', { usual: POINTS_USUAL, most: POINTS_MAX }),
      },
      answers: { 200: jsonDoc('The series', named('Latency')) },
    },
    async (request, { answers }) => jsonAnswer(await answers.latency(request)),
  ),
];
