/**
 * deploy/containers/, as far as it goes without a container engine: the compose file says what it must, every file that it mounts is there
 * and is loaded by its program, and the last stage of each Dockerfile is carried out on a Debian tree, where its user then has the rights
 * that the container would leave it, and no more. The stage that builds is `npm ci` and `npm run package`, which other tests run.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { readConfigFile } from '../../collector/io/config-file.ts';
import { tryCommand } from '../lab/command.ts';
import { promtool, promtoolSkipReason } from '../lab/promtool.ts';
import { machineSkipReason } from './debian-machine.ts';
import { makePackages } from './debian-packages.ts';
import { openTree } from './debian-tree.ts';

const folder = new URL('../../deploy/containers/', import.meta.url).pathname;
const at = (name: string): string => join(folder, name);

interface Service {
  readonly network_mode?: string;
  readonly read_only?: boolean;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly volumes?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
}
const { services } = parse(readFileSync(at('compose.yaml'), 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>;
};

t.test('the compose file gives nobody more than it needs', async (t) => {
  t.match(services['agent'], { network_mode: 'host', read_only: true, cap_drop: ['ALL'] });
  t.same(services['agent']?.cap_add, ['NET_RAW', 'NET_BIND_SERVICE']);
  t.equal(services['agent']?.security_opt, undefined, 'under no-new-privileges file capabilities count for nothing');
  t.match(services['collector'], { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  t.equal(services['collector']?.cap_add, undefined);
  for (const name of ['influxdb', 'prometheus', 'alertmanager', 'grafana'])
    t.equal(services[name]?.network_mode, 'service:collector', name);
});

t.test('what is mounted or built from is there', async (t) => {
  for (const { volumes = [], build } of Object.values(services)) {
    for (const [from = ''] of volumes.map((volume) => volume.split(':')))
      if (from.startsWith('.')) t.ok(existsSync(at(from)), from);
    if (build !== undefined) t.ok(existsSync(join(folder, build.context, build.dockerfile)), build.dockerfile);
  }
});

t.test('each file is loaded by its program', { skip: promtoolSkipReason() }, async (t) => {
  const here = t.testdir({ secrets: { 'ca.crt': '', 'prometheus-token': 'dwb1-x' } });
  copyFileSync(at('prometheus.yml'), join(here, 'prometheus.yml'));
  copyFileSync(at('../prometheus/dorawatch.rules.yml'), join(here, 'dorawatch.rules.yml'));
  const { code, said } = promtool(['check', 'config', '--lint=all', '--lint-fatal', join(here, 'prometheus.yml')]);
  t.equal(code, 0, said);
  t.ok((await readConfigFile(at('collector.yaml'))).verdict.ok);
  const amtool = tryCommand('amtool', ['check-config', at('alertmanager.yml')]);
  t.equal(amtool.status, 0, amtool.stderr);
});

const NSPAWN = [
  '--quiet',
  '--register=no',
  '--keep-unit',
  '--pipe',
  '--private-network',
  '--capability=CAP_NET_RAW,CAP_NET_BIND_SERVICE',
];

/** The last stage of a Dockerfile, line by line. */
function lastStage(name: string): { run: string; user: string; entry: readonly string[]; command: readonly string[] } {
  const text = readFileSync(at(name), 'utf8').replaceAll(/\\\n\s*/g, '');
  const stage = text.slice(text.lastIndexOf('\nFROM '));
  const line = (word: string): string => new RegExp(`^${word} (.*)$`, 'm').exec(stage)?.[1] ?? '';
  return {
    run: line('RUN'),
    user: line('USER'),
    entry: JSON.parse(line('ENTRYPOINT')),
    command: JSON.parse(line('CMD')),
  };
}

t.test('carried out, the image has its user, and the user its rights', { skip: machineSkipReason() }, async (t) => {
  const made = await makePackages(join(t.testdir(), 'packages'), '9.0.0', '--compress', 'none');
  for (const name of ['agent', 'collector'] as const) {
    const stage = lastStage(`${name}.Dockerfile`);
    const tree = openTree();
    t.teardown(() => tree.close());
    mkdirSync(join(tree.root, 'packages'));
    copyFileSync(made[name], join(tree.root, 'packages', basename(made[name])));
    // All that it installs from Debian is in the tree already; the lists of what there is are the network's.
    const run = stage.run.replace('apt-get update && ', '');
    const inside = (...line: readonly string[]) =>
      tryCommand('systemd-nspawn', [...NSPAWN, `--directory=${tree.root}`, ...line], { limitMs: 120_000 });
    const ran = inside('--setenv=DEBIAN_FRONTEND=noninteractive', 'sh', '-ec', run);
    t.equal(ran.status, 0, ran.stderr);
    t.equal(stage.user, `_dorawatch-${name}`);
    const as = (rights: string, ...line: readonly string[]) => {
      const user = [`--reuid=${stage.user}`, `--regid=${stage.user}`, '--clear-groups'];
      return inside('setpriv', ...user, '--inh-caps=-all', `--bounding-set=-all${rights}`, ...stage.entry, ...line);
    };
    if (name === 'collector') {
      t.match(as('', '--version').stdout, '9.0.0', 'it starts without any right');
      writeFileSync(join(tree.root, 'etc/dorawatch/collector.yaml'), readFileSync(at('collector.yaml')));
      t.equal(as('', 'check-config', '/etc/dorawatch/collector.yaml').status, 0);
      continue;
    }
    const probe = ['probe', '127.0.0.1', '-n', '1', '-r', '1', '-d', '1'];
    const probed = as(',+net_raw,+net_bind_service', ...probe);
    t.match([probed.status, probed.stderr], [3, /^(?!.*CAP_NET)/s], 'it probes: nobody answers on loopback');
    t.not(as(',+net_raw', ...probe).status, 3, 'and does not with one right less');
  }
});
