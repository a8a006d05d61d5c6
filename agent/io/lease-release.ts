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
import type { LeaseKeeper } from './lease-keeper.ts';
import { openRawSocket, type RawSocket, RawSocketError } from './raw-socket.ts';
import { hardwareAddressOf } from './route.ts';

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
  let released = 0;
  const ours = leases.filter(({ place }) => place.release === 'always');
  const sender = ours.length === 0 ? undefined : openSender();
  for (const lease of ours) {
    if (!keeper.isHeld(lease)) continue;
    const said = signal.aborted ? 'no time' : typeof sender === 'string' ? sender : trySend(sender, lease);
    if (said === undefined) {
      released += 1;
      if (isForgotten(lease)) keeper.released(lease);
      await pause(RELEASE_PACE_MS);
    } else left.set(said, (left.get(said) ?? 0) + 1);
  }
  if (typeof sender === 'object') sender.close();
  return { released, left };
}

function openSender(): RawSocket | string {
  try {
    const socket: RawSocket = openRawSocket({
      protocol: 'udp',
      port: 67,
      native: undefined,
      // It only sends, but what it is not rid of would wake the loop for ever.
      onReadable: () => void socket.drain(() => undefined),
    });
    return socket;
  } catch (error) {
    if (error instanceof RawSocketError) return error.code;
    throw error;
  }
}

/** Why this host must not speak for a lease; undefined: it may. */
function refusalOf({ place: { giaddr, card } }: HeldLease): string | undefined {
  const now = hardwareAddressOf(giaddr);
  if (now === undefined) return `${giaddr} is no address of this host any more`;
  return now === card ? undefined : `${giaddr} is on another interface than it was`;
}

/** @returns why none left; undefined: it did */
function trySend(socket: RawSocket | undefined, lease: HeldLease): string | undefined {
  const refusal = refusalOf(lease);
  if (refusal !== undefined) return refusal;
  const packet = releaseAgain(lease, randomUint32());
  if (packet === undefined || socket === undefined) return 'they were written down without a RELEASE';
  return socket.send(packet, lease.place.address);
}

const pause = (ms: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
