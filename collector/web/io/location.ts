/** The address bar as state: the place that is shown, and how to go to another. */
import { useEffect, useState } from 'preact/hooks';
import { hashOf, type Place, placeOf } from '../core/place.ts';

/** @param how `push`: the way back leads here; `replace`: it does not, as while something is being dragged */
export type Go = (change: Partial<Place>, how?: 'push' | 'replace') => void;

export function usePlace(): readonly [Place, Go] {
  const [place, setPlace] = useState<Place>(() => placeOf(location.hash));
  useEffect(() => {
    const read = (): void => setPlace(placeOf(location.hash));
    window.addEventListener('popstate', read);
    window.addEventListener('hashchange', read);
    return () => {
      window.removeEventListener('popstate', read);
      window.removeEventListener('hashchange', read);
    };
  }, []);
  const go: Go = (change, how = 'push') => {
    const next = { ...placeOf(location.hash), ...change };
    if (how === 'push') history.pushState(null, '', hashOf(next));
    else history.replaceState(null, '', hashOf(next));
    setPlace(next);
  };
  return [place, go];
}
