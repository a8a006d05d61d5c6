/**
 * Texts that people hand over: logs of perfdhcp, which are imported with whatever a terminal left in them, and the configuration.
 * What is read of a log must be what a collector stores; what is accepted of a configuration must be one that can be assigned.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { CollectorConfig } from '../../../collector/core/config/config.ts';
import { MISTAKES_MAX } from '../../../collector/core/config/limits.ts';
import { assignmentsOf, loadOf } from '../../../collector/core/config/load.ts';
import { mistakeLine } from '../../../collector/core/config/tree.ts';
import { createImportBook } from '../../../collector/core/import/import-book.ts';
import { judgeImport } from '../../../collector/core/import/import-request.ts';
import { readGivenLogs } from '../../../collector/core/import/perfdhcp-import.ts';
import { judgeConfigText } from '../../../collector/io/config-file.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { loopLog } from '../../collector/core/import/perfdhcp-log.ts';
import { firstOf, type Target, textOctets, unless } from '../target.ts';

const words = (...texts: readonly string[]): readonly Uint8Array[] => texts.map(textOctets);
const textOf = (input: Uint8Array): string => new TextDecoder().decode(input);

const NOW = unixMicros(1_760_000_000_000_000);
const SERVERS = ['primary', 'standby'];
/** Of a configuration, an import looks at the names of its groups alone. */
const NO_GROUPS = { groups: [] } as never as CollectorConfig;

const LOOP = {
  untilS: 1_700_000_030,
  fromS: 1_700_000_000,
  count: 10,
  rate: 10,
  pauseS: 1,
  startupS: 0.1,
  offerS: 0.04,
  ackS: 0.04,
  waitS: 0,
};
const servers = { primary: [1_699_000_000, 1_700_000_015], standby: [1_700_000_020] };
const logs = (['1.8', '3.x'] as const).map((style) => loopLog({ ...LOOP, servers, style }));
/** One run each: most of what can go wrong, in a tenth of the octets. */
const runs = logs.flatMap((log) => log.split(/(?=\d{4}-\d\d-\d\d )/).slice(0, 2));

export const perfdhcp: Target = {
  name: 'perfdhcp',
  short: 2_000,
  seeds: [...runs, ...logs.map((log) => log.slice(0, 3_000))].map(textOctets),
  tokens: words(
    'Running: perfdhcp -4 -r 10 -n 20 -i 10.0.0.1\n',
    '***Rate statistics***\n',
    'Rate: 9.5 4-way exchanges/second, expected rate: 10\n',
    '***Statistics for: DISCOVER-OFFER***\n',
    '***Statistics for: REQUEST-ACK***\n',
    'sent packets: 20\n',
    'received packets: 99999999999999999999\n',
    'avg delay: 1e400 ms\n',
    'max delay: -nan ms\n',
    'expected rate: 0',
    '-r 0',
    ' -p 99999999999',
    ' -W 1e9',
    '2021-02-09 11:29:46 - primary\n',
    'Tue Feb 29 23:59:60 BST 2021\n',
    '0000-00-00 00:00:00',
    '9999-12-31 23:59:59.999999999 -99:59\n',
    '1612870186.5 standby\n',
    '\r',
    '\u0000',
    '\u001b[0m',
    '\n\n',
    ' '.repeat(40),
  ),
  octetsMax: 4_096,
  work: { base: 1_000, perOctet: 10 },
  judge: (input) => {
    const text = textOf(input);
    const given = SERVERS.map((server) => ({ server, path: 'a.log', text }));
    const { observations, notes } = readGivenLogs(given, { zone: 'Europe/London', now: NOW });
    const request = { group: 'imported', mode: 'hot-standby', servers: SERVERS, observations, actor: null };
    const stored = judgeImport(request, { config: NO_GROUPS, book: createImportBook(), now: NOW });
    return firstOf(
      () =>
        unless(
          notes.every((note) => /^a\.log:\d+: ./u.test(note) || /^\d+ of \d+ runs/.test(note)),
          'a note without its place',
        ),
      () => unless(notes.length + observations.length <= 2 * text.length + 8, 'more notes than characters'),
      () =>
        unless(
          observations.length === 0 || stored.ok,
          `what was read is not stored: ${stored.ok ? '' : stored.problem}`,
        ),
    );
  },
};

const deploy = new URL('../../../deploy/', import.meta.url);
const errors = new URL('../../config-errors/', import.meta.url);
const yamlFilesIn = (folder: URL, most: number): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .filter(({ length }) => length > 0 && length < most);

/** Sentences quote what they found, and no more of it than a person reads. */
const SENTENCE_MAX = 4_096;

export const yaml: Target = {
  name: 'yaml',
  short: 400,
  seeds: [...yamlFilesIn(deploy, 1_000), ...yamlFilesIn(errors, 400)].map(textOctets),
  tokens: words(
    '&a ',
    '*a',
    '&a [*a, *a]',
    '<<: *a\n',
    '- ',
    ': ',
    '? ',
    '!!binary |',
    '!!set {}',
    '--- ',
    '...\n',
    '%YAML 1.1\n',
    '{a: [',
    '}]',
    '|2-\n',
    '>+\n',
    '"\\u0000"',
    "''",
    '\t',
    '\ufeff',
    '# ',
    '.inf',
    '0x7fffffffffffffff',
    '1e400',
    '10.0.0.0/33',
    'rate: 10/s\n',
    'drop_time: 3s\n',
    'groups:\n',
    'sites:\n',
    'servers:\n',
    'maintenance:\n',
  ),
  octetsMax: 2_048,
  work: { base: 5_000, perOctet: 50 },
  judge: (input) => {
    const verdict = judgeConfigText(textOf(input));
    if (!verdict.ok)
      return firstOf(
        () =>
          unless(
            verdict.mistakes.length > 0 && verdict.mistakes.length <= MISTAKES_MAX,
            `${verdict.mistakes.length} mistakes`,
          ),
        () => {
          const long = verdict.mistakes.find((one) => mistakeLine('f', one).length > SENTENCE_MAX || one.line < 1);
          return long === undefined ? null : `a sentence of ${long.message.length} characters, line ${long.line}`;
        },
      );
    const load = loadOf(verdict.config, assignmentsOf(verdict.config));
    return unless(
      Number.isFinite(load.total.exchanges) && load.total.exchanges >= 0,
      `${load.total.exchanges} exchanges/s`,
    );
  },
};
