/**
 * Ad-hoc exchanges as they are asked for: the choice of agent and server, the way to the agent and back, and every way in which
 * that ends as a sentence. Nothing of them is stored. Rejected: a log entry for each; they are evidence of nothing, and what
 * people do with the system stands in its own log lines.
 */
import type { AdHocExchange, AdHocRequest, Frame } from '../../shared/core/ad-hoc.ts';
import type { Assignment } from '../../shared/core/assignment.ts';
import { formatIpv4 } from '../../shared/core/net/ipv4.ts';
import type { PauseRow, ProbeFrame, ProbeView } from '../../shared/core/ops-reply.ts';
import type { ProbeRequest } from '../../shared/core/ops-request.ts';
import type { AgentView } from '../../shared/core/ops-view.ts';
import { afterUs } from '../../shared/core/units.ts';
import type { Clock } from '../../shared/io/clock.ts';
import type { Logger } from '../../shared/io/logger.ts';
import { authorOf, type Caller } from '../core/access/caller.ts';
import { deed } from '../core/access/deed.ts';
import { type AdHocAgent, type AdHocChoice, chooseAdHoc } from '../core/ad-hoc/choice.ts';
import { type BucketShelf, createBucketShelf } from '../core/bucket-shelf.ts';
import type { CollectorConfig } from '../core/config/config.ts';
import { AD_HOC_PATIENCE_MS, AD_HOC_PER_SERVER, AD_HOC_SERVERS_MAX } from '../core/limits.ts';
import type { AskEnd } from './ad-hoc-asks.ts';
import type { Audit } from './audit.ts';
import { Refusal } from './refusal.ts';

/** The agents' sessions, and what they were told. */
export interface AdHocLine {
  sessions(): readonly AdHocAgent[];
  assignmentOf(agent: string): Assignment | undefined;
  ask(agent: string, asked: AdHocRequest, patienceMs: number): Promise<AskEnd>;
}

export interface AdHocSources {
  readonly line: AdHocLine;
  readonly clock: Clock;
  readonly logger: Logger;
  config(): CollectorConfig;
  pauses(): readonly PauseRow[];
  known(): readonly AgentView[];
  readonly audit: Audit;
}

/** @returns makes one exchange; throws Refusal */
export function createAdHocProbe(sources: AdHocSources): (request: ProbeRequest, by: Caller) => Promise<ProbeView> {
  const pace = createBucketShelf(AD_HOC_PER_SERVER, AD_HOC_SERVERS_MAX);
  return async (request, by) => {
    const { line, clock, logger, audit } = sources;
    const choice = chosen(request, sources);
    const { agent, asked, place } = choice;
    takePace(pace, place.server.address, clock.monotonic() / 1000);
    const named = { agent: agent.agent, site: agent.site, group: asked.group, server: asked.server };
    logger.info({ ...named, kind: asked.kind, actor: request.actor }, 'an ad-hoc exchange was asked for');
    const about = `${asked.kind} with server ${asked.server} of group ${asked.group} from ${agent.agent} at site ${agent.site}`;
    await audit(by, deed('probed', about, authorOf(by, request.actor)));
    const end = await line.ask(agent.agent, asked, asked.dropTimeMs + AD_HOC_PATIENCE_MS);
    return viewOf(choice, exchangeOf(choice, end));
  };
}

function chosen(request: ProbeRequest, { line, clock, config, pauses, known }: AdHocSources): AdHocChoice {
  const choice = chooseAdHoc(request, {
    config: config(),
    pauses: pauses(),
    sessions: line.sessions(),
    known: known(),
    assignmentOf: (agent) => line.assignmentOf(agent),
    now: clock.wall(),
  });
  if (!choice.ok) throw new Refusal(choice.kind, choice.problem);
  return choice;
}

/** @throws Refusal when one server is asked too often, by whomever */
function takePace(pace: BucketShelf, address: string, atUs: number): void {
  if (pace.take(address, atUs)) return;
  throw new Refusal(
    'not-now',
    `${address} is being asked by all sites together as often as may be (${AD_HOC_PER_SERVER.perSecond} ad-hoc exchange a second); try again in a moment`,
  );
}

/** @throws Refusal when there was none */
function exchangeOf({ agent: { agent, site }, asked }: AdHocChoice, end: AskEnd): AdHocExchange {
  const who = `agent ${agent} at site ${site}`;
  switch (end.kind) {
    case 'answered':
      if (end.result.kind === 'exchange') return end.result;
      throw new Refusal('not-now', `${who} made no exchange: ${end.result.text}`);
    case 'lost':
      throw new Refusal(
        'not-now',
        `the connection of ${who} was lost before it answered; dorawatch agents shows whether it is back`,
      );
    case 'full':
      throw new Refusal(
        'not-now',
        `${who} has several such requests waiting already; try again when they have been answered`,
      );
    case 'silent': {
      const seconds = (asked.dropTimeMs + AD_HOC_PATIENCE_MS) / 1000;
      throw new Refusal(
        'not-now',
        `${who} is connected and has not answered in ${seconds} s; dorawatch agents shows how it is`,
      );
    }
  }
}

function viewOf({ agent, place, asked }: AdHocChoice, exchange: AdHocExchange): ProbeView {
  return {
    agent: agent.agent,
    site: agent.site,
    group: asked.group,
    server: asked.server,
    address: place.server.address,
    bucket: asked.bucket,
    kind: asked.kind,
    outcome: exchange.outcome,
    stage: exchange.stage,
    wait_ms: asked.dropTimeMs,
    offer_us: exchange.offerUs,
    ack_us: exchange.ackUs,
    total_us: exchange.totalUs,
    released: exchange.released,
    stamped: exchange.stamped,
    clock_offset_us: agent.clockOffsetUs,
    clock_error_us: agent.clockErrorUs,
    frames: exchange.frames.map((frame) => frameView(frame, agent.clockOffsetUs ?? 0)),
    shed_frames: exchange.shedFrames,
  };
}

function frameView(frame: Frame, offsetUs: number): ProbeFrame {
  return {
    direction: frame.direction,
    unexpected: frame.isUnexpected,
    at: afterUs(frame.at, -offsetUs),
    source: formatIpv4(frame.source),
    source_port: frame.sourcePort,
    destination: formatIpv4(frame.destination),
    destination_port: frame.destinationPort,
    message: frame.message,
  };
}
