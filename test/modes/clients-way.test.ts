/**
 * The clients' own way through everything real: the agent broadcasts at its site, a dhcrelay carries that to the pair, and the
 * collector says what became of it. The relay dies while the servers go on answering, and comes back; then somebody plugs a
 * server of his own into the site. Nobody may say of the primary that it stopped.
 */
import t, { type Test } from 'tap';
import type { LabChild } from '../lab/child.ts';
import { pause } from '../lab/child.ts';
import { CLIENT_INTERFACE, ClientSegment, ROGUE_ADDRESS, ROGUE_MAC } from '../lab/client-segment.ts';
import { labSkipReason } from '../lab/requirements.ts';
import { type EventRow, groupOf, type Stage, setStage, yamlOf } from './stage.ts';

const GROUP = 'corsham-dhcp';
/** What a busy machine puts between a deed and its stamp. */
const SLACK_MS = 60;

interface Sites {
  readonly sites: readonly { readonly client_state: string | null }[];
}

/** Waits until the site's clients are seen to be answered, so that their last answer is known when the relay dies. */
async function clientsServed({ programs }: Stage): Promise<void> {
  for (let tries = 20; tries > 0; tries -= 1) {
    const { sites } = await programs.json<Sites>('sites');
    if (sites[0]?.client_state === 'serving') return;
    await pause(500);
  }
  throw new Error('the clients of the site were never seen to be answered');
}

/** Holds a row's bracket against what the lab did. */
function isAround(t: Test, row: EventRow, { beforeUs, afterUs }: { beforeUs: number; afterUs: number }): void {
  const bracket = `${row.earliest} to ${row.latest}`;
  t.ok(Date.parse(row.earliest) <= afterUs / 1000 + SLACK_MS, `${bracket} begins before it was over`);
  t.ok(Date.parse(row.latest) >= beforeUs / 1000 - SLACK_MS, `${bracket} ends after it began`);
}

t.test('a relay that dies, and a rogue server', { skip: labSkipReason(), timeout: 240_000 }, async (t) => {
  let segment: ClientSegment | undefined;
  let relay: LabChild | undefined;
  const stage = await setStage(t, {
    lab: {},
    prepare: async (lab) => {
      segment = new ClientSegment(lab);
      relay = await segment.relay();
    },
    yaml: (lab) =>
      yamlOf(groupOf(lab, GROUP, 'hot-standby', 'standby')).replace(
        '{ name: corsham }',
        `{ name: corsham, client: { interface: ${CLIENT_INTERFACE}, rate: 1/s } }`,
      ),
  });
  const { lab, events, programs } = stage;
  if (segment === undefined || relay === undefined) throw new Error('the stage was prepared');
  await clientsServed(stage);

  const { events: deeds } = lab;
  const dying = relay;
  deeds.during('killed', 'relay', () => dying.kill('SIGKILL'));
  const died = await events.next({ kind: 'relay', to: 'non-serving' });
  t.equal(
    died.text,
    `Site corsham: clients on ${CLIENT_INTERFACE} get no answer though the servers answer direct probes: the relay's fault`,
    'says whose fault it is',
  );
  isAround(t, died, deeds.last('killed', 'relay') ?? { beforeUs: 0, afterUs: 0 });

  const beforeUs = Date.now() * 1000;
  await segment.relay();
  const afterUs = Date.now() * 1000;
  const back = await events.next({ kind: 'relay', to: 'serving' });
  t.equal(back.text, `Site corsham: clients on ${CLIENT_INTERFACE} are answered again`, 'and when it is over');
  isAround(t, back, { beforeUs, afterUs });

  const plugged = Date.now();
  await segment.rogue();
  const rogue = await events.next({ kind: 'rogue' });
  const offer = /offers 10\.66\.0\.\d+ of 10\.66\.0\.0\/24, router 10\.66\.0\.1$/;
  t.ok(rogue.text.startsWith(`Site corsham: rogue server ${ROGUE_ADDRESS} (MAC ${ROGUE_MAC}) offers `), rogue.text);
  t.match(rogue.text, offer, 'and what it offers');
  t.ok(Date.parse(rogue.latest) >= plugged - SLACK_MS, 'seen after it was plugged in');

  const told = (await programs.ops('events', '--json')).stdout;
  t.notMatch(told, /Primary stops|"gap"|"failover"/, 'all the while the primary served, and nothing says otherwise');
});
