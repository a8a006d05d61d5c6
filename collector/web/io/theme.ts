/** The scheme that the viewer chose: kept in the browser, told to the style sheet by an attribute of the document. */
import { useEffect, useState } from 'preact/hooks';

export type Scheme = 'system' | 'light' | 'dark';

const KEY = 'dorawatch.scheme';
const SCHEMES: readonly Scheme[] = ['system', 'light', 'dark'];

/** A browser that keeps nothing (private, or forbidden to) has the system's. */
export function keptScheme(): Scheme {
  return SCHEMES.find((scheme) => scheme === kept(KEY)) ?? 'system';
}

export function showScheme(scheme: Scheme): void {
  if (scheme === 'system') delete document.documentElement.dataset['scheme'];
  else document.documentElement.dataset['scheme'] = scheme;
}

export function keepScheme(scheme: Scheme): void {
  keep(KEY, scheme);
  showScheme(scheme);
}

/** What was kept under a name; null where nothing was, or nothing may be. */
export function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    // Storage is forbidden to this page: nothing was kept.
    return null;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Full or forbidden: the choice holds until the page is closed.
    return;
  }
}

/** @returns the system's scheme as state: what is drawn on a canvas must be drawn anew when it changes */
export function useSystemScheme(): 'light' | 'dark' {
  const [isDark, setDark] = useState(() => matchMedia('(prefers-color-scheme: dark)').matches);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const read = (): void => setDark(query.matches);
    query.addEventListener('change', read);
    return () => query.removeEventListener('change', read);
  }, []);
  return isDark ? 'dark' : 'light';
}
