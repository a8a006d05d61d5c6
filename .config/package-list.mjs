// What the Debian packages are: for each its programs (command, and the compiled file it starts), its unit, the files that its
// administrator owns, and what goes beside the bundle since it cannot go into it. A table, so that the two cannot drift apart.
import { dirname } from 'node:path';

/** Native code of this platform: from, and where below lib/ it must lie to be found. */
const LEVEL = ['node_modules/classic-level/prebuilds/linux-x64/classic-level.node', 'program/prebuilds/linux-x64/'];
const RAW = ['node_modules/raw-socket/build/Release/raw.node', 'program/'];
// koffi looks for its library by itself, so it stays a package. Its sources, and other platforms' libraries, stay behind.
const KOFFI = [
  ['node_modules/koffi/package.json', 'node_modules/koffi/'],
  ['node_modules/koffi/index.cjs', 'node_modules/koffi/'],
  ['node_modules/koffi/src/koffi/index.cjs', 'node_modules/koffi/src/koffi/'],
  ['node_modules/koffi/src/koffi/src/static.cjs', 'node_modules/koffi/src/koffi/src/'],
  ...['package.json', 'index.js', 'linux_x64/koffi.node'].map((file) => [
    `node_modules/@koromix/koffi-linux-x64/${file}`,
    dirname(`node_modules/@koromix/koffi-linux-x64/${file}`),
  ]),
];

export const PACKAGES = [
  {
    name: 'dorawatch-agent',
    folder: 'usr/lib/dorawatch-agent',
    programs: [{ command: 'dorawatch-agent', main: 'dist/agent/main.js' }],
    conffiles: [['deploy/dorawatch-agent.env', 'etc/dorawatch/agent.env']],
    beside: [LEVEL, RAW, ...KOFFI],
    summary: 'measures DHCP servers from a site',
    description: [
      'Sends whole DHCP exchanges to the servers that a collector names, as a relay or',
      'as a client, gives every address back, and reports what became of each. While',
      'the collector is away it goes on and keeps what it measured.',
    ],
  },
  {
    name: 'dorawatch-collector',
    folder: 'usr/lib/dorawatch-collector',
    programs: [
      { command: 'dorawatch-collector', main: 'dist/collector/main.js' },
      { command: 'dorawatch', main: 'dist/collector/ops/main.js' },
    ],
    conffiles: [
      ['deploy/collector.yaml', 'etc/dorawatch/collector.yaml'],
      ['deploy/dorawatch-collector.env', 'etc/dorawatch/collector.env'],
    ],
    beside: [
      LEVEL,
      ...KOFFI,
      ['dist/collector/web', 'web/'],
      // gRPC's own services read their protocols from files, two folders above the bundle.
      ['node_modules/grpc-health-check/proto/health', '../proto/health/'],
      ['node_modules/@grpc/reflection/build/proto/grpc', '../proto/grpc/'],
    ],
    summary: 'tells which DHCP server really serves, and since when',
    description: [
      'Receives what the agents at the sites measure, and finds out which server of a',
      'pair serves, when that changed, and when nobody did. With a page, an API,',
      'metrics, alerts, and the dorawatch command.',
    ],
  },
];
