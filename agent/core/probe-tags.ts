/**
 * What the operator marks our packets with, as octets, so that a server's classes, limits and log filters can tell probes
 * from clients. Apart from the packets since it is the one place where text of a person's becomes octets on the wire: what is
 * not one octet a character is replaced, never thrown over, as an assignment comes from outside.
 */
import type { Identify } from '../../shared/core/assignment.ts';
import type { Tags } from '../../shared/core/dhcp4/build.ts';
import { optionOctetsMax } from '../../shared/core/dhcp4/limits.ts';

/** The tags of every DISCOVER, REQUEST and RELEASE; what is null or empty is not sent. */
export function tagsOf({ vendorClass, userClass, circuitId, remoteId }: Identify): Tags {
  return {
    vendorClass: tagOctets(vendorClass),
    userClass: tagOctets(userClass),
    circuitId: tagOctets(circuitId),
    remoteId: tagOctets(remoteId),
  };
}

function tagOctets(text: string | null): Uint8Array | undefined {
  if (text === null || text === '') return undefined;
  const octets = Uint8Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code > 255 ? QUESTION_MARK : code;
  });
  return octets.slice(0, optionOctetsMax);
}

const QUESTION_MARK = 0x3f;
