/** The present as state, for "2m ago": drawn anew every few seconds, and not at all while nobody looks. */
import { useEffect, useState } from 'preact/hooks';
import { afterUs, type UnixMicros } from '../../../shared/core/units.ts';
import { wallNow } from './clock.ts';

/** @param aheadUs collector's clock − viewer's @returns collector's present */
export function useNow(aheadUs: number, everyMs = 1_000): UnixMicros {
  const [now, setNow] = useState(wallNow);
  useEffect(() => {
    const tick = window.setInterval(() => {
      if (document.visibilityState === 'visible') setNow(wallNow());
    }, everyMs);
    return () => clearInterval(tick);
  }, [everyMs]);
  return afterUs(now, aheadUs);
}

/** @param everyMs null: never @returns a number that grows at that pace while somebody looks */
export function useRounds(everyMs: number | null): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (everyMs === null) return;
    const tick = window.setInterval(() => {
      if (document.visibilityState === 'visible') setRound((before) => before + 1);
    }, everyMs);
    return () => clearInterval(tick);
  }, [everyMs]);
  return round;
}
