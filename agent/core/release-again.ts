/**
 * Gives a lease back that an earlier start was given: the RELEASE that its path would have sent, with another xid. It is made
 * from the octets of such a RELEASE, so that whatever marked the path's packets (link selection, circuit id, prefix of the
 * identities) is in it, though the path may be no more. Rejected: an assignment's worth of settings for each old lease.
 */
import { MessageType, OptionCode } from '../../shared/core/dhcp4/codes.ts';
import { cookieOctets, headerOctets } from '../../shared/core/dhcp4/limits.ts';
import { optionAt } from '../../shared/core/dhcp4/option-place.ts';
import { putU32, u8 } from '../../shared/core/net/octets.ts';
import type { HeldLease } from './lease-ledger.ts';
import { datagram, decodeDatagram } from './net/datagram.ts';

const xidAt = 4;
const ciaddrAt = 12;
const chaddrAt = 28;
const optionsAt = headerOctets + cookieOctets;

/** A whole IPv4 packet; undefined when the place's packet is no RELEASE. @param xid 32 random bits */
export function releaseAgain(
  { place, chaddr, address, server }: Pick<HeldLease, 'place' | 'chaddr' | 'address' | 'server'>,
  xid: number,
): Uint8Array | undefined {
  const earlier = decodeDatagram(place.packet);
  if (earlier.kind !== 'udp' || chaddr.length !== 6) return undefined;
  const payload = earlier.payload.slice();
  const clientIdAt = optionAt(payload, optionsAt, OptionCode.clientIdentifier);
  const serverIdAt = optionAt(payload, optionsAt, OptionCode.serverIdentifier);
  const type = u8(payload, optionAt(payload, optionsAt, OptionCode.messageType));
  if (type !== MessageType.RELEASE || clientIdAt === 0 || serverIdAt === 0) return undefined;
  putU32(payload, xidAt, xid);
  putU32(payload, ciaddrAt, address);
  putU32(payload, serverIdAt, server);
  payload.set(chaddr, chaddrAt);
  payload.set(chaddr, clientIdAt + 1);
  return datagram({ ...earlier, ttl: 64, identification: 0, payload });
}
