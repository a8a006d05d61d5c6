/** Every route of the API, in the order of its document. */
import type { Route } from '../route.ts';
import { eventRoutes } from './event-routes.ts';
import { reportRoutes } from './report-routes.ts';
import { stateRoutes } from './state-routes.ts';

export const apiRoutes = (): readonly Route[] => [...stateRoutes, ...eventRoutes, ...reportRoutes];
