/**
 * Why the collector refused something, from its problem details (RFC 9457): a sentence for the whole, and one for each field
 * that was wrong. Whatever else comes back (a proxy's HTML, nothing at all) becomes a sentence too.
 */
export interface Problem {
  /** Of the HTTP answer; null: there was none. */
  readonly status: number | null;
  readonly title: string;
  readonly fields: Readonly<Record<string, string>>;
}

interface Details {
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly errors?: unknown;
}

/** @param status of the HTTP answer @param body its text */
export function problemOf(status: number, body: string): Problem {
  const details = detailsOf(body);
  const said = [details?.detail, details?.title].find((part) => typeof part === 'string' && part !== '');
  const title = typeof said === 'string' ? said : `the collector answered ${status}, and did not say why`;
  return { status, title, fields: fieldsOf(details?.errors) };
}

function detailsOf(body: string): Details | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    // Not JSON: the status is all that was said.
    return null;
  }
}

function fieldsOf(errors: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(errors)) return {};
  const pairs = errors.flatMap((one: unknown) => {
    const { parameter, detail } = (one ?? {}) as { parameter?: unknown; detail?: unknown };
    return typeof parameter === 'string' && typeof detail === 'string' ? [[parameter, detail] as const] : [];
  });
  return Object.fromEntries(pairs);
}
