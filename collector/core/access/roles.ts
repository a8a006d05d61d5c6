/**
 * Who may do what: one line for each method of Ops and for each HTTP route. A method or a route without a line does not compile
 * (ops-server.ts, route.ts), so nothing new is open by oversight. Each role may do what those before it may.
 * Rejected: rights one by one for each person; three roles can be held in the head, and read off an audit list.
 */

export const PERSON_ROLES = ['viewer', 'operator', 'admin'] as const;
/** `viewer` reads; `operator` also changes what is measured and told; `admin` also decides who comes in. */
export type PersonRole = (typeof PERSON_ROLES)[number];

/** Methods of Ops, each with the least role that may call it. */
export const OPS_NEEDS = {
  State: 'viewer',
  Sites: 'viewer',
  Agents: 'viewer',
  Events: 'viewer',
  Report: 'viewer',
  Export: 'viewer',
  Kept: 'viewer',
  Pauses: 'viewer',
  Maintenances: 'viewer',
  Scopes: 'viewer',
  Alerts: 'viewer',
  AddMark: 'operator',
  Keep: 'operator',
  Import: 'operator',
  Pause: 'operator',
  Resume: 'operator',
  StartMaintenance: 'operator',
  StopMaintenance: 'operator',
  RaiseSecs: 'operator',
  TestAlerts: 'operator',
  Probe: 'operator',
  WhoAmI: 'viewer',
  People: 'admin',
  InvitePerson: 'admin',
  RevokePerson: 'admin',
  CreateBearer: 'admin',
  Bearers: 'admin',
  Audit: 'admin',
  CreateToken: 'admin',
  Tokens: 'admin',
  WithdrawToken: 'admin',
  PendingAgents: 'admin',
  ApproveAgent: 'admin',
  RejectAgent: 'admin',
  RevokeAgent: 'admin',
} as const satisfies Readonly<Record<string, PersonRole>>;

/** Routes of HTTP by the name of their operation; `anybody`: whoever reaches the port. */
export const ROUTE_NEEDS = {
  getStatus: 'viewer',
  getSites: 'viewer',
  getScopes: 'viewer',
  getAgents: 'viewer',
  getAlerts: 'viewer',
  getEvents: 'viewer',
  getTimeline: 'viewer',
  getLanes: 'viewer',
  getLatency: 'viewer',
  getReport: 'viewer',
  getMetrics: 'viewer',
  getDescription: 'viewer',
  stream: 'viewer',
  addMark: 'operator',
  getHealth: 'anybody',
  getReadiness: 'anybody',
  login: 'anybody',
  logout: 'viewer',
  whoami: 'viewer',
} as const satisfies Readonly<Record<string, PersonRole | 'anybody'>>;

export type RouteId = keyof typeof ROUTE_NEEDS;

/** Whether who has a role may do what needs another. */
export const suffices = (has: PersonRole, needs: PersonRole): boolean =>
  PERSON_ROLES.indexOf(has) >= PERSON_ROLES.indexOf(needs);
