/**
 * Gives back leases outside any exchange: those that a killed agent left, and at the end those that a lost ACK may have given.
 * Paced, one RELEASE at a time, on a raw socket that is there only meanwhile. An address that has moved to another interface
 * or host is not spoken for any more. Rejected: through the prober's socket; at the end it is closed already.
 */
import type { Milliseconds } from '../../shared/core/units.ts';
import { randomUint32 } from '../../shared/io/random.ts';
import type { HeldLease } from '../core/lease-ledger.ts';
import { RELEASE_PACE_MS } from '../core/ledger-limits.ts';
import { releaseAgain } from '../core/release-again.ts';
import { openClientSocket } from './client-socket.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { loadNativeCalls } from './native-calls.ts';
import { openRawSocket, type RawSocket, RawSocketError } from './raw-socket.ts';
import { hardwareAddressOf } from './sending-interface.ts';

/** What became of them. */
export interface Released {
  readonly released: number;
  /** How many were left to expire, by why. */
  readonly left: ReadonlyMap<string, number>;
}

/**
 * Sends a RELEASE for each that is still held and whose path gives its leases back.
 * @param isForgotten whether it counts as given back once its RELEASE has left
 * @param signal ends it early; those that are not done stay held
 */
export async function releaseLeases(
  keeper: LeaseKeeper,
  leases: readonly HeldLease[],
  isForgotten: (lease: HeldLease) => boolean,
  signal: AbortSignal,
): Promise<Released> {
  const left = new Map<string, number>();
  const senders: Senders = new Map();
  let released = 0;
  for (const lease of leases.filter(({ place }) => place.release === 'always')) {
    if (!keeper.isHeld(lease)) continue;
    const said = signal.aborted ? 'no time' : trySend(senders, lease);
    if (said === undefined) {
      released += 1;
      if (isForgotten(lease)) keeper.released(lease);
      await pause(RELEASE_PACE_MS);
    } else left.set(said, (left.get(said) ?? 0) + 1);
  }
  for (const sender of senders.values()) if (typeof sender === 'object') sender.close();
  return { released, left };
}

/** By interface in client role, null for a relay's; text: why there is none. */
type Senders = Map<string | null, RawSocket | string>;

function openSender(name: string | null): RawSocket | string {
  // It only sends, but what it is not rid of would wake the loop for ever.
  const onReadable = (): void => void socket.drain(() => undefined);
  let socket: RawSocket;
  try {
    socket =
      name === null
        ? openRawSocket({ protocol: 'udp', port: 67, native: undefined, onReadable })
        : openClientSocket({ interface: name, port: 68, native: loadNativeCalls(), onReadable });
    return socket;
  } catch (error) {
    if (error instanceof RawSocketError) return error.message;
    throw error;
  }
}

/** Why this host must not speak for a lease; undefined: it may. */
function refusalOf({ place }: HeldLease): string | undefined {
  const now = hardwareAddressOf(place);
  if (now === place.card) return undefined;
  if (now !== undefined) return `${place.interface ?? place.giaddr} is on another network card than it was`;
  return place.interface === null
    ? `${place.giaddr} is no address of this host any more`
    : `there is no interface ${place.interface} any more`;
}

/** @returns why none left; undefined: it did */
function trySend(senders: Senders, lease: HeldLease): string | undefined {
  const packet = releaseAgain(lease, randomUint32());
  const refusal = refusalOf(lease) ?? (packet === undefined ? 'they were written down without a RELEASE' : undefined);
  if (packet === undefined || refusal !== undefined) return refusal;
  const { interface: on, address } = lease.place;
  const sender = senders.get(on) ?? openSender(on);
  senders.set(on, sender);
  return typeof sender === 'string' ? sender : sender.send(packet, address);
}

const pause = (ms: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
