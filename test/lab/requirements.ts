/**
 * Whether this machine can run the lab, and if not, why, in words that say what to do. What is missing in Debian packages
 * is installed by `installMissing`, on Debian as root alone. Tests ask before they start and skip with the reason: a lab
 * that fails half-way on someone's laptop would look like a broken product.
 */
import { existsSync } from 'node:fs';
import { tryCommand } from './command.ts';
import { keaHooksFolder } from './kea-server.ts';
import { networkPrefix } from './namespaces.ts';

/** `reason` is one line for a person. */
export type Readiness = { readonly kind: 'ready' } | { readonly kind: 'not-ready'; readonly reason: string };

/** Where Debian has its installer. */
export const APT_GET = '/usr/bin/apt-get';

/** The programs that the lab and the tests of shells, pages, metrics and alerts run, and the Debian package that brings each. */
export const TOOLS: Readonly<Record<string, string>> = {
  'kea-dhcp4': 'kea-dhcp4-server',
  perfdhcp: 'kea-admin',
  tcpdump: 'tcpdump',
  ip: 'iproute2',
  tc: 'iproute2',
  faketime: 'faketime',
  influxd: 'influxdb',
  mariadbd: 'mariadb-server',
  'kea-ctrl-agent': 'kea-ctrl-agent',
  nft: 'nftables',
  conntrack: 'conntrack',
  dhcrelay: 'isc-dhcp-relay',
  dnsmasq: 'dnsmasq-base',
  openssl: 'openssl',
  zsh: 'zsh',
  fish: 'fish',
  chromium: 'chromium',
  promtool: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
  tinyproxy: 'tinyproxy-bin',
  'systemd-nspawn': 'systemd-container',
  mmdebstrap: 'mmdebstrap',
  lintian: 'lintian',
  strip: 'binutils',
};

/** Whether the lab can run here, as things are: nothing is installed. Makes and removes one namespace to find out. */
export function labReadiness(): Readiness {
  return firstReason([
    () =>
      process.platform === 'linux'
        ? undefined
        : `the lab needs Linux network namespaces, and this is ${process.platform}`,
    () => (process.getuid?.() === 0 ? undefined : 'the lab needs root, for network namespaces and port 67'),
    missingToolsReason,
    () => (keaHooksFolder() === undefined ? 'Kea has no libdhcp_ha.so (Debian: package kea-common)' : undefined),
    namespaceReason,
  ]);
}

/** The reason to give to tap's `skip`; false when the lab can run. */
export function labSkipReason(): string | false {
  const readiness = labReadiness();
  return readiness.kind === 'ready' ? false : readiness.reason;
}

/** Programs of the lab that this machine lacks. */
export function missingTools(): readonly string[] {
  return Object.keys(TOOLS).filter((tool) => tryCommand('sh', ['-c', `command -v ${tool}`]).status !== 0);
}

/** Whether this is Debian or made from it, so that the packages have the names that we know. */
export function isDebian(): boolean {
  return existsSync(APT_GET) && existsSync('/etc/debian_version');
}

function firstReason(findings: readonly (() => string | undefined)[]): Readiness {
  for (const find of findings) {
    const reason = find();
    if (reason !== undefined) return { kind: 'not-ready', reason };
  }
  return { kind: 'ready' };
}

function missingToolsReason(): string | undefined {
  const missing = missingTools();
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((tool) => TOOLS[tool]))].join(' ');
  return `the lab needs ${missing.join(', ')} (Debian: apt-get install --no-install-recommends ${packages})`;
}

/** Containers without CAP_SYS_ADMIN have root and `ip`, and still cannot make a namespace; some kernels lack a delay. */
function namespaceReason(): string | undefined {
  const name = `${networkPrefix(process.pid, 0)}-probe`;
  const made = tryCommand('ip', ['netns', 'add', name]);
  if (made.status !== 0) return `the lab cannot make a network namespace here: ${made.stderr.trim()}`;
  try {
    const veth = tryCommand('ip', ['-n', name, 'link', 'add', 'name', 'a', 'type', 'veth', 'peer', 'name', 'b']);
    if (veth.status !== 0) return `the lab cannot make a veth link here: ${veth.stderr.trim()}`;
    const netem = tryCommand('tc', ['-n', name, 'qdisc', 'add', 'dev', 'a', 'root', 'netem', 'delay', '1ms']);
    if (netem.status === 0 || hasDelayLine()) return undefined;
    return 'this kernel has no netem, and the delay line that replaces it needs /dev/net/tun and the koffi package';
  } finally {
    tryCommand('ip', ['netns', 'del', name]);
  }
}

function hasDelayLine(): boolean {
  const hasKoffi = existsSync(new URL('../../node_modules/koffi/package.json', import.meta.url));
  return existsSync('/dev/net/tun') && hasKoffi;
}
