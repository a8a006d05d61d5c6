/**
 * What the kernel says of one network interface, as far as a probe on it depends on that. Read from /sys each time: a list of
 * interfaces kept in step with the kernel's (netlink) was refused, for a probe in ten seconds needs no such speed.
 *
 * It matters because a broadcast on a link without a carrier is taken by the kernel and thrown away: without a look at the link
 * first, an unplugged cable of ours would read as a site whose relay is dead.
 */
import { readFileSync } from 'node:fs';
import { errorText } from '../../shared/core/error-text.ts';

/** `index` names the interface itself: after a renaming, the same name can be another's. */
export type LinkState =
  | { readonly kind: 'ready'; readonly index: number }
  | { readonly kind: 'not-ready'; readonly reason: string };

/** The kernel's limit for a name, and what cannot stand in one (it is a file name below /sys, too). */
const NAME = /^(?!\.{1,2}$)[^/\s]{1,15}$/;

/** The interface of this name, now. */
export function linkState(name: string): LinkState {
  if (!NAME.test(name)) return { kind: 'not-ready', reason: `"${name}" is no name of an interface` };
  const index = Number(read(name, 'ifindex'));
  if (!(index > 0)) return { kind: 'not-ready', reason: `there is no interface ${name}` };
  const carrier = read(name, 'carrier');
  if (carrier === '1') return { kind: 'ready', index };
  // The kernel refuses to say (EINVAL) while the interface is not switched on.
  return { kind: 'not-ready', reason: `interface ${name} ${carrier === '0' ? 'has no carrier' : 'is switched off'}` };
}

function read(name: string, file: 'ifindex' | 'carrier'): string {
  try {
    return readFileSync(`/sys/class/net/${name}/${file}`, 'latin1').trim();
  } catch (error) {
    return `no: ${errorText(error)}`;
  }
}
