/**
 * The enrolled collector's gRPC port: a handshake, one judgement, and one of three rooms, each a gRPC server of its own that has no more
 * services than its guests may ask. What a stranger can reach is Enrolment, and nothing of the code that answers agents or people.
 * Rejected: one server and a look at the caller in every method; the one that is forgotten is open.
 */
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../shared/io/clock.ts';
import type { Logger } from '../shared/io/logger.ts';
import { AGENTS_SERVICE_NAME } from '../shared/wire/agents-service.ts';
import { ENROLMENT_SERVICE_NAME } from '../shared/wire/enrolment-service.ts';
import type { Access, DoorCounts } from './access.ts';
import { judgePeer, type PeerVerdict, STRANGERS, type Stranger } from './core/access/peer.ts';
import {
  AGENT_STREAMS,
  KNOWN_ADDRESSES_MAX,
  LOBBY_LIFE_MS,
  LOBBY_MAX,
  LOBBY_MESSAGE_BYTES,
  LOBBY_PER_ADDRESS,
  LOBBY_STREAMS,
  PERSON_STREAMS,
} from './core/access/trust-limits.ts';
import { createEnrolmentServer } from './io/enrolment-server.ts';
import { createGrpcRoom, type GrpcService } from './io/grpc-server.ts';
import { createPeers } from './io/peers.ts';
import { readShown } from './io/shown-certificate.ts';
import { startTlsListener } from './io/tls-listener.ts';

export interface RoomsOptions {
  /** HOST:PORT; port 0 lets the kernel choose. */
  readonly listen: string;
  readonly access: Access;
  readonly agents: GrpcService;
  readonly ops: GrpcService;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Rooms {
  /** HOST:PORT as bound. */
  readonly address: string;
  readonly counts: DoorCounts;
  close(graceMs: number): Promise<void>;
}

/** @throws ListenError */
export async function openRooms(options: RoomsOptions): Promise<Rooms> {
  const guests = new Guests(options);
  const { chain, key } = options.access.trust.server;
  const listener = await startTlsListener({
    listen: options.listen,
    identity: { chain, key },
    isKnown: (address) => guests.isKnown(address),
    onSecure: (socket, certificate) => guests.receive(socket, certificate),
  });
  options.access.onTrust(({ server }) => listener.show(server));
  return {
    address: listener.address,
    get counts() {
      return { handshakes: listener.counts, ...guests.counts };
    },
    close: async (graceMs) => {
      await listener.close();
      await guests.close(graceMs);
    },
  };
}

class Guests {
  readonly #options: RoomsOptions;
  readonly #rooms: ReturnType<typeof roomsOf>;
  readonly #known = new Map<string, true>();
  readonly #lobby = new Map<string, number>();
  #inLobby = 0;
  readonly #strangers = Object.fromEntries(STRANGERS.map((why) => [why, 0])) as Record<Stranger, number>;
  #crowded = 0;

  constructor(options: RoomsOptions) {
    this.#options = options;
    this.#rooms = roomsOf(options);
  }

  get counts(): Omit<DoorCounts, 'handshakes'> {
    return {
      strangers: this.#strangers,
      crowded: this.#crowded + this.#options.access.peers.shed,
      lobby: this.#inLobby,
      members: this.#options.access.peers.size,
      enrolment: this.#rooms.enrolment.counts,
    };
  }

  isKnown(address: string): boolean {
    return this.#known.has(address);
  }

  receive(socket: TLSSocket, der: Buffer | null): void {
    const verdict = this.#judge(der);
    const isIn = verdict.room === 'lobby' ? this.#enterLobby(socket, der, verdict) : this.#enter(socket, der, verdict);
    if (isIn) return;
    this.#crowded += 1;
    socket.destroy();
  }

  #judge(der: Buffer | null): PeerVerdict {
    const { access, clock, logger } = this.#options;
    const now = clock.wall();
    const { roots: own, clientAuthorities: others } = access.trust;
    try {
      return judgePeer(readShown(der, { own, others }, now), access.registry.book, now);
    } catch (error) {
      // OpenSSL took it and Node's reader does not: a stranger, whatever it is.
      logger.debug({ err: error }, 'a certificate cannot be read');
      return { room: 'lobby', why: 'misshapen', expired: null };
    }
  }

  #enter(socket: TLSSocket, der: Buffer | null, verdict: Exclude<PeerVerdict, { room: 'lobby' }>): boolean {
    if (der === null) return false;
    this.#options.access.peers.enter(socket, der, verdict.peer);
    const address = socket.remoteAddress ?? '';
    this.#known.delete(address);
    this.#known.set(address, true);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KNOWN_ADDRESSES_MAX && oldest !== undefined) this.#known.delete(oldest);
    this.#rooms[verdict.room].inject(socket);
    return true;
  }

  #enterLobby(
    socket: TLSSocket,
    der: Buffer | null,
    { why, expired }: Extract<PeerVerdict, { room: 'lobby' }>,
  ): boolean {
    this.#strangers[why] += 1;
    const address = socket.remoteAddress ?? '';
    const own = this.#lobby.get(address) ?? 0;
    if (this.#inLobby >= LOBBY_MAX || own >= LOBBY_PER_ADDRESS) return false;
    this.#lobby.set(address, own + 1);
    this.#inLobby += 1;
    // A call that goes on does not make its connection live longer.
    const life = setTimeout(() => socket.destroy(), LOBBY_LIFE_MS);
    socket.once('close', () => {
      clearTimeout(life);
      this.#inLobby -= 1;
      const left = (this.#lobby.get(address) ?? 1) - 1;
      if (left === 0) this.#lobby.delete(address);
      else this.#lobby.set(address, left);
    });
    if (der !== null && expired !== null) this.#rooms.expired.enter(socket, der, expired);
    this.#rooms.lobby.inject(socket);
    return true;
  }

  async close(graceMs: number): Promise<void> {
    const { lobby, agents, people } = this.#rooms;
    await Promise.all([lobby, agents, people].map((room) => room.close(graceMs)));
  }
}

function roomsOf({ access, agents, ops, clock, logger }: RoomsOptions) {
  const { registry, peers } = access;
  const expired = createPeers();
  const enrolment = createEnrolmentServer({ registry, clock, logger, renewerOf: (call) => expired.of(call) });
  return {
    expired,
    enrolment,
    lobby: createGrpcRoom({
      services: { [ENROLMENT_SERVICE_NAME]: enrolment },
      health: false,
      reflection: false,
      streams: LOBBY_STREAMS,
      messageBytes: LOBBY_MESSAGE_BYTES,
    }),
    agents: createGrpcRoom({
      services: { [AGENTS_SERVICE_NAME]: agents },
      health: true,
      reflection: false,
      streams: AGENT_STREAMS,
    }),
    people: createGrpcRoom({
      services: {
        'dorawatch.v1.Ops': ops,
        [ENROLMENT_SERVICE_NAME]: createEnrolmentServer({
          registry,
          clock,
          logger,
          renewerOf: (call) => peers.of(call),
        }),
      },
      health: true,
      reflection: true,
      streams: PERSON_STREAMS,
    }),
  };
}
