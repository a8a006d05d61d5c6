/**
 * Installs the Debian packages that the lab lacks, and leaves the host as it was otherwise: Debian starts a server when
 * its package is unpacked, and a DHCP server that starts by itself on somebody's network is the last thing we want. A
 * policy-rc.d that refuses every start stands in the way while apt-get runs; afterwards the unit is disabled, so that the
 * next boot does not start it either. Masking was refused: it would outlive us and puzzle whoever wants Kea later.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { toolEnvironment, tryCommand } from './command.ts';
import { INSTALL_LIMIT_MS } from './limits.ts';
import { APT_GET, isDebian, missingTools, type Readiness, TOOLS } from './requirements.ts';

const POLICY = '/usr/sbin/policy-rc.d';
const SAVED_POLICY = '/usr/sbin/policy-rc.d.before-dorawatch';
const POLICY_TEXT = '#!/bin/sh\n# Written by dorawatch while it installs packages: no service may start.\nexit 101\n';
/** Units that the packages bring, by package; none of them ran before, as their package was not there. */
const UNITS: Readonly<Record<string, string>> = {
  'kea-dhcp4-server': 'kea-dhcp4-server',
  'kea-ctrl-agent': 'kea-ctrl-agent',
  'mariadb-server': 'mariadb',
  influxdb: 'influxdb',
  'isc-dhcp-relay': 'isc-dhcp-relay',
  prometheus: 'prometheus',
  'prometheus-alertmanager': 'prometheus-alertmanager',
};

/**
 * Installs what is missing, if anything is, telling `say` first. `not-ready` says why nothing was installed or what failed;
 * the tools may be missing still, which `labReadiness` tells.
 */
export function installMissing(say: (line: string) => void): Readiness {
  const packages = [...new Set(missingTools().map((tool) => TOOLS[tool] ?? tool))];
  if (packages.length === 0) return { kind: 'ready' };
  const forbidden = whyNot(packages);
  if (forbidden !== undefined) return { kind: 'not-ready', reason: forbidden };
  say(`dorawatch: installing the Debian packages ${packages.join(' ')} for the lab (DORAWATCH_NO_APT=1 forbids it)`);
  return withoutServiceStarts(() => install(packages));
}

function whyNot(packages: readonly string[]): string | undefined {
  const needed = `the lab needs the Debian packages ${packages.join(' ')}`;
  if (process.env['DORAWATCH_NO_APT'] === '1') return `${needed}, and DORAWATCH_NO_APT=1 forbids installing them`;
  if (process.platform !== 'linux' || !isDebian()) return `${needed}, and this is not Debian`;
  if (process.getuid?.() !== 0) return `${needed}, and only root can install them`;
  return undefined;
}

function install(packages: readonly string[]): Readiness {
  const update = apt(['update', '-q']);
  const installed = apt(['install', '-y', '-q', '--no-install-recommends', ...packages]);
  // Refused starts leave the unit enabled for the next boot. Where systemd is absent there is no unit to disable.
  for (const [name, unit] of Object.entries(UNITS))
    if (packages.includes(name)) tryCommand('systemctl', ['disable', unit]);
  if (installed.status === 0) return { kind: 'ready' };
  const words = (installed.stderr || update.stderr).trim().split('\n').slice(-3).join(' ');
  return { kind: 'not-ready', reason: `apt-get could not install ${packages.join(' ')}: ${words}` };
}

function apt(args: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const env = toolEnvironment({ DEBIAN_FRONTEND: 'noninteractive' });
  const ended = spawnSync(APT_GET, args, { encoding: 'utf8', env, timeout: INSTALL_LIMIT_MS });
  return { status: ended.status, stderr: ended.stderr ?? ended.error?.message ?? '' };
}

/**
 * Any policy that was there is set aside and put back, also when apt-get fails or the user interrupts it (a signal with a
 * listener waits until apt-get, which it reaches as well, has ended). An earlier run that was killed outright has left
 * ours in place, and perhaps the original beside it: that original is the one to put back.
 */
function withoutServiceStarts(act: () => Readiness): Readiness {
  const isOurs = existsSync(POLICY) && readFileSync(POLICY, 'utf8') === POLICY_TEXT;
  if (existsSync(POLICY) && !isOurs) renameSync(POLICY, SAVED_POLICY);
  const waitForApt = (): void => undefined;
  process.on('SIGINT', waitForApt).on('SIGTERM', waitForApt);
  try {
    writeFileSync(POLICY, POLICY_TEXT);
    chmodSync(POLICY, 0o755);
    return act();
  } finally {
    rmSync(POLICY, { force: true });
    if (existsSync(SAVED_POLICY)) renameSync(SAVED_POLICY, POLICY);
    process.removeListener('SIGINT', waitForApt).removeListener('SIGTERM', waitForApt);
  }
}
