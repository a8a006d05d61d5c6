/**
 * What the HA hook is told in each mode, as far as Kea would refuse it or quietly do something else: the second server's role,
 * no automatic takeover for a backup, and a test's own words over the lab's.
 */
import t from 'tap';
import { SHORT_TIMERS } from './kea-config.ts';
import { type HaMode, highAvailability, type PairMode } from './kea-pair.ts';

interface Hook {
  readonly 'high-availability': readonly {
    readonly mode: string;
    readonly 'send-lease-updates'?: boolean;
    readonly 'max-unacked-clients': number;
    readonly peers: readonly { readonly role: string; readonly url: string; readonly 'auto-failover': boolean }[];
  }[];
}

const hook = (pair?: PairMode): Hook['high-availability'][number] | undefined => {
  const options = {
    self: 'primary',
    primaryAddress: '10.77.1.2',
    standbyAddress: '10.77.2.2',
    timers: SHORT_TIMERS,
  } as const;
  return (highAvailability({ ...options, ...(pair && { pair }) }) as unknown as Hook)['high-availability'][0];
};

t.test('each mode has its second server', async (t) => {
  const second: Record<HaMode, unknown> = {
    'hot-standby': { role: 'standby', 'auto-failover': true },
    'load-balancing': { role: 'secondary', 'auto-failover': true },
    'passive-backup': { role: 'backup', 'auto-failover': false },
  };
  for (const mode of Object.keys(second) as HaMode[]) {
    t.match(hook({ mode }), {
      mode,
      peers: [{ role: 'primary' }, { url: 'http://10.77.2.2:8000/', ...(second[mode] as object) }],
    });
  }
});

t.test("nothing said is hot-standby; Kea's own words win", async (t) => {
  t.match(hook(), { mode: 'hot-standby', 'max-unacked-clients': 0 });
  const settings = { 'max-unacked-clients': 10, 'send-lease-updates': false };
  t.match(hook({ mode: 'hot-standby', settings }), settings);
});
