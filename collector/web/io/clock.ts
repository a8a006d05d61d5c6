/** The browser's clock, zone and timers: the one file of the page that asks what time it is. */
import { type UnixMicros, unixMicros } from '../../../shared/core/units.ts';

/** The viewer's wall clock. */
export const wallNow = (): UnixMicros => unixMicros(Date.now() * 1000);

/** IANA name of the viewer's zone. */
export const viewerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';

/** The zone's short name at a moment: "BST", "CET", "UTC". */
export function zoneName(zone: string, at: UnixMicros): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' }).formatToParts(at / 1000);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}
