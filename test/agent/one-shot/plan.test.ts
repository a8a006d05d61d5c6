/** Flags: what each means, what is refused and in which words, and that all mistakes come at once. */
import t from 'tap';
import { identityAt } from '../../../agent/core/identity.ts';
import { probeCommand } from '../../../agent/one-shot/flags.ts';
import { type PlanResult, planProbe } from '../../../agent/one-shot/plan.ts';

/** Reads a command line as the program does. */
async function read(line: string): Promise<PlanResult & { readonly refusals: readonly string[] }> {
  let result: (PlanResult & { readonly refusals: readonly string[] }) | undefined;
  const command = probeCommand(async (server, flags, refusals) => {
    result = { ...planProbe(server, flags, 'host'), refusals };
  });
  await command
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(line.split(' '), { from: 'user' });
  if (result === undefined) throw new Error('the command did not run');
  return result;
}

const plan = async (line: string) => {
  const result = await read(line);
  if (result.kind !== 'plan') throw new Error(result.mistakes.join('\n'));
  return result.plan;
};
const mistakes = async (line: string) => {
  const result = await read(line);
  return result.kind === 'mistakes' ? result.mistakes : [];
};

t.test('the command that this comes from', async (t) => {
  const result = await read('10.77.1.2 -n 100 -r 10 -R 100 -d 3 -W 3');
  if (result.kind !== 'plan') throw new Error('refused');
  t.match(result.plan, {
    exchanges: 100,
    ratePerSecond: 10,
    clients: 100,
    dropTimeMs: 3000,
    exitWaitUs: 3,
    kind: 'dora',
  });
  t.match(result.notes, [/-W 3 is 3 microseconds/]);
});

t.test('defaults', async (t) => {
  t.match(await plan('10.77.1.2'), { exchanges: 1, clients: 32, dropTimeMs: 1000, localPort: 67, serverPort: 67 });
  t.equal((await plan('10.77.1.2 -r 10 -d 3')).clients, 31, 'as many as rate and drop time need');
  t.equal((await plan('10.77.1.2 -r 10')).exchanges, undefined, 'without an end, until interrupted');
  t.equal((await plan('10.77.1.2 -L 0 -N 0')).localPort, 67, "0 is the default, as perfdhcp's");
});

t.test('values', async (t) => {
  t.match(await plan('10.77.1.2 -n5 -p 2.5 -t 1 -P 3 -i -1 -B -u -x ae -x t'), {
    exchanges: 5,
    periodSeconds: 2.5,
    reportSeconds: 1,
    preload: 3,
    kind: 'do',
    firstServer: true,
    broadcast: true,
    unique: true,
    diagnostics: 'aet',
  });
  t.same((await plan('10.77.1.2 -D 5')).abort, { kind: 'count', drops: 5 });
  t.same((await plan('10.77.1.2 -D 5%')).abort, { kind: 'percent', percent: 5 });
  t.same((await plan('10.77.1.2 -b mac=02:00:5e:10:0:1')).macBase, [2, 0, 0x5e, 0x10, 0, 1]);
  t.match((await plan('10.77.1.2 -o 60,646f7261 -o 77,00')).options, [{ code: 60 }, { code: 77 }]);
  const seeded = async (seed: string) => identityAt((await plan(`10.77.1.2 -s ${seed}`)).macBase, 0).chaddr;
  t.same(await seeded('1'), await seeded('1'));
  t.notSame(await seeded('1'), await seeded('2'));
});

t.test('one mistake, one sentence that says what would do', async (t) => {
  const expected: Readonly<Record<string, RegExp>> = {
    '-n 0': /^-n 0: must be a whole number from 1$/,
    '-n 1.5': /^-n 1\.5/,
    '-r fast': /^-r fast: must be a number above 0$/,
    '-R 0': /^-R 0: must be a whole number from 1 to 16777216$/,
    '-d 0': /^-d 0: must be a number above 0 to 3600$/,
    '-d 1 -d 2': /^-d is given twice: one drop time holds for the whole exchange$/,
    '-n 1 -n 2': /^-n is given twice/,
    '-D 0': /^-D 0: must be a number of drops/,
    '-D 100%': /^-D 100%/,
    '-W -3': /^-W -3: must be a whole number from 0$/,
    '-L 65536': /^-L 65536: must be a whole number from 0 to 65535$/,
    '-b duid=0001': /^-b duid=0001: only mac=/,
    '-b mac=03:00:00:00:00:01': /multicast/,
    '-o 60': /^-o 60: must be CODE,HEX/,
    '-o 54,0a4d0102': /option 54 is the exchange's own/,
    '-x z': /^-x z: the letters are a e i l s t T$/,
    '--exchanges': /^--exchanges: goes with --json$/,
  };
  for (const [flags, words] of Object.entries(expected)) {
    const found = await mistakes(`10.77.1.2 ${flags}`);
    t.equal(found.length, 1, flags);
    t.match(found[0], words, flags);
  }
  t.equal((await mistakes('all')).length, 1, 'a relay asks one server');
  t.equal((await mistakes('10.77.1.2 -n 0 -r x -D z -o 1')).length, 4, 'all at once');
});

t.test("perfdhcp's others are refused by name, with the reason", async (t) => {
  for (const flag of ['-4', '-6', '-c', '-v'])
    t.match((await read(`10.77.1.2 ${flag}`)).refusals, [new RegExp(`^${flag}: not taken here: .{10}`)]);
  for (const flag of '-a -A -C -e -E -f -F -g -I -J -M -O -S -T -w -X -y -Y --scenario'.split(' '))
    t.match((await read(`10.77.1.2 ${flag} 1`)).refusals, [new RegExp(`^${flag}: not taken here: .{10}`)]);
  await t.rejects(read('10.77.1.2 -Q'), /unknown option/);
});

t.test('notes on what works differently', async (t) => {
  const notes = async (line: string) => {
    const result = await read(line);
    return result.kind === 'plan' ? result.notes : [];
  };
  t.match(await notes('10.77.1.2 -r 10 -R 5 -d 3'), [/-R 5 is fewer than rate × drop time need \(31\)/]);
  t.match(await notes('10.77.1.2 -L 1067'), [/RFC 8357/]);
  t.same(await notes('10.77.1.2 -r 10 -W 2000000'), []);
});
