/** Which servers are asked for OFFERs only: by the subnet that probes really lie in, with room between falling back and coming again. */
import t from 'tap';
import type { CollectorConfig, Mode } from '../../../../collector/core/config/config.ts';
import { createKeaBook } from '../../../../collector/core/kea/kea-book.ts';
import { scarceServers } from '../../../../collector/core/kea/scarcity.ts';
import type { ResultBatch } from '../../../../shared/core/batch.ts';
import { unixMicros } from '../../../../shared/core/units.ts';
import { configOf } from '../../../simulation/world.ts';

const config = (mode: Mode, freeAddresses: number | null): CollectorConfig => {
  const base = configOf({ mode, servers: ['primary', 'standby'], sites: 1, rate: 10, dropUs: 3e6 });
  return { ...base, probe: { ...base.probe, freeAddresses } };
};

function book(free: Readonly<Record<string, number>>, server = 'primary') {
  const made = createKeaBook();
  const word = {
    ...{
      state: 'hot-standby',
      scopes: [server],
      partnerState: null,
      communicationInterrupted: false,
      unackedClients: 0,
    },
    ...{ unackedClientsLeft: 0, connectingClients: 0, clockSkewMs: null, freeAddresses: free },
  };
  const outside = { state: 'serving' as const, served: 1, reporting: 1 };
  made.add({ kind: 'kea', receivedAt: unixMicros(1), group: 'pair', server, word, problem: null }, outside);
  const offered = { path: 0, expected: true, address: '10.77.128.9' };
  made.noteOffers({ paths: [{ group: 'pair' }], sightings: [offered] } as unknown as ResultBatch);
  return made;
}

const PRIMARY = { group: 'pair', server: 'primary' };
const STANDBY = { group: 'pair', server: 'standby' };

t.test('few addresses where the probes are: the whole pair, since its pools are one', async (t) => {
  const few = book({ '10.77.0.0/16': 19, '10.80.1.0/24': 200 });
  t.same(scarceServers(config('hot-standby', 20), few, []), [PRIMARY, STANDBY]);
  t.same(scarceServers(config('independent', 20), few, []), [PRIMARY], 'independent servers have their own');
});

t.test('another subnet that is full is not the probes’ affair', async (t) => {
  t.same(scarceServers(config('hot-standby', 20), book({ '10.77.0.0/16': 500, '10.80.1.0/24': 0 }), []), []);
});

t.test('back when twice as many are free; between the two it stays as it was', async (t) => {
  const pair = [PRIMARY, STANDBY];
  const low = book({ '10.77.0.0/16': 30 });
  t.same(scarceServers(config('hot-standby', 20), low, []), []);
  t.same(scarceServers(config('hot-standby', 20), low, pair), pair);
  t.same(scarceServers(config('hot-standby', 20), book({ '10.77.0.0/16': 40 }), pair), []);
});

t.test('without a word it stays as it was, and without a floor nothing is scarce', async (t) => {
  t.same(scarceServers(config('hot-standby', 20), book({}), [PRIMARY]), [PRIMARY]);
  t.same(scarceServers(config('hot-standby', null), book({ '10.77.0.0/16': 0 }), [PRIMARY]), []);
});
