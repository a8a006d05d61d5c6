/** "HOST:PORT" taken apart for whoever dials it. Rejected: URL, which a core has not, and which reads far more than an address. */

export interface HostPort {
  /** A name or an address; IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
}

/** @returns undefined: it is no HOST:PORT (an IPv6 address in brackets) */
export function readHostPort(text: string): HostPort | undefined {
  const [, address, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = address ?? name;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** As it was read: IPv6 in brackets. */
export const hostPortText = ({ host, port }: HostPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
