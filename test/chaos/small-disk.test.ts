/** A small disk is full when it is filled, has room again when it is emptied, and goes with its lab: no mount stays behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startLab } from '../lab/lab.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { mountSmallDisk } from './small-disk.ts';

t.test('a disk fills, empties and goes with its lab', { skip: labSkipReason() }, async (t) => {
  const lab = await startLab({ size: 'small', timers: 'short', startServers: 'no' });
  t.teardown(() => lab.close());
  const disk = await mountSmallDisk(lab, lab.site, join(lab.folder, 'disk'), 2);
  const writeOctets = async (octets: number): Promise<number | null> => {
    const script = `head -c ${octets} /dev/zero > ${disk.folder}/written`;
    const [name = '', ...words] = disk.command('sh', ['-c', script], {});
    return (await lab.run(lab.site, name, words).ended).code;
  };
  t.equal(await writeOctets(500_000), 0);
  disk.fill();
  t.not(await writeOctets(1_000_000), 0, 'nothing more fits');
  disk.empty();
  t.equal(await writeOctets(1_000_000), 0, 'and then it does');
  t.notMatch(readFileSync('/proc/mounts', 'utf8'), lab.folder, 'the host never saw the mount');
  await lab.close();
  t.notMatch(readFileSync('/proc/mounts', 'utf8'), lab.folder);
});
