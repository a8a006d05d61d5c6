/**
 * Scopes on real Kea: one whose only address somebody else gets, and gives back, and one that no server has, beside one that is
 * well. The pair serves all the while, and nothing says otherwise. The subnets stand alone here: those of a shared network stand in
 * for each other.
 */
import t from 'tap';
import type { Json } from '../lab/lab-options.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { groupOf, setStage, yamlOf } from './stage.ts';

const [WELL, FULL, MISSING] = ['10.80.1.0/24', '10.80.3.0/24', '10.99.9.0/24'];
const ONLY = '10.80.3.50';

interface Subnet {
  readonly subnet: string;
  readonly id: number;
}

/** Every subnet by itself, and one with a single address. */
function alone(config: Json): Json {
  const dhcp4 = config['Dhcp4'] as Readonly<Record<string, unknown>>;
  const networks = dhcp4['shared-networks'] as readonly { readonly subnet4: readonly Subnet[] }[];
  const subnet4 = networks.flatMap((network) => network.subnet4);
  const small = subnet4.map((one) => (one.subnet === FULL ? { ...one, pools: [{ pool: `${ONLY} - ${ONLY}` }] } : one));
  return { ...config, Dhcp4: { ...dhcp4, 'shared-networks': [], subnet4: small } };
}

t.test(
  'a full pool and a missing subnet, while the pair serves',
  { skip: labSkipReason(), timeout: 300_000 },
  async (t) => {
    const { lab, events, programs } = await setStage(t, {
      lab: { change: alone },
      yaml: (lab) =>
        yamlOf(groupOf(lab, 'corsham-dhcp', 'hot-standby', 'standby'))
          .replace('{ name: corsham }', `{ name: corsham, subnets: [${WELL}, ${FULL}, ${MISSING}] }`)
          .replace('probe: {', 'probe: { sweep: { share: 50% },'),
    });
    const lease = { 'ip-address': ONLY, 'hw-address': '02:bb:00:00:00:01', 'subnet-id': 4 };
    await lab.primary.command('lease4-add', lease);
    const first = await events.next({ kind: 'scope', to: 'non-serving' }, 90_000);
    const second = await events.next({ kind: 'scope', to: 'non-serving' }, 90_000);
    const why = 'is not served though primary serves (no OFFER: the pool is exhausted, or the subnet missing)';
    t.strictSame(
      [first.text, second.text].sort(),
      [FULL, MISSING].map((scope) => `Site corsham: scope ${scope} ${why}`),
    );
    const { scopes } = JSON.parse((await programs.ops('scopes', '--json')).stdout) as { scopes: { state: string }[] };
    t.strictSame(
      scopes.map(({ state }) => state),
      ['serving', 'non-serving', 'non-serving'],
    );

    await lab.primary.command('lease4-del', { 'ip-address': ONLY });
    const back = await events.next({ kind: 'scope', to: 'serving' }, 30_000);
    t.equal(back.text, `Site corsham: scope ${FULL} is served again`);
    const told = (await programs.ops('events', '--json')).stdout;
    t.notMatch(told, /Primary stops|gap|failover/, 'a full pool never makes a server non-serving');
  },
);
