/** Times that cannot be true, by corrected time: a wrong clock is no lie, and a lie needs no wrong clock. */
import t from 'tap';
import { implausible, misnamed, plausibleSample } from '../../../collector/core/batch-fault.ts';
import { unixMicros } from '../../../shared/core/units.ts';
import { batches } from '../fake-agent.ts';

const NOW = 1.7e15;
const HOUR = 3600e6;
const made = (anchorUs: number) => {
  const [batch] = batches({ anchorUs, seconds: 5 }).slice(-1);
  if (batch === undefined) throw new Error('no batch');
  return batch;
};
const clock = (offsetUs: number) => ({ epoch: 1, offsetUs, errorUs: 500 });

t.test('a clock that is hours wrong, known or not, is no fault', async (t) => {
  for (const offset of [0, 90e6, -90e6, 5 * HOUR, 40 * 365 * 24 * HOUR]) {
    t.equal(implausible(made(NOW - 10e6 + offset), clock(offset), NOW), null, `${offset}`);
  }
  t.equal(implausible(made(NOW + HOUR), null, NOW), null, 'not measured: the fold decides');
  t.equal(implausible(made(NOW + HOUR), { ...clock(0), epoch: 2 }, NOW), null, 'of another epoch');
});

t.test('what lies beyond its receipt by the measured clock is refused, and what is years old', async (t) => {
  t.match(implausible(made(NOW + 60e6), clock(0), NOW), ['implausible', /beyond its receipt/]);
  t.match(implausible(made(NOW - 10e6), clock(-60e6), NOW), ['implausible', /beyond/]);
  t.match(implausible(made(0), clock(0), NOW), ['implausible', /year old/]);
  t.notOk(plausibleSample(NOW + 60e6, clock(0), NOW));
  t.ok(plausibleSample(NOW + 60e6, clock(60e6), NOW));
});

t.test('a name that is not the session’s', async (t) => {
  const batch = { ...made(NOW), anchor: unixMicros(NOW) };
  const { epoch, sequence } = batch;
  t.equal(misnamed(batch, { epoch, sequence }, { agent: 'agent-1', epoch: 1 }), null);
  t.equal(misnamed(batch, { epoch, sequence }, { agent: 'agent-1', epoch: 2 }), null, 'a backlog of an earlier start');
  t.match(misnamed(batch, { epoch, sequence: 99 }, { agent: 'agent-1', epoch: 1 }), ['misnamed']);
  t.match(misnamed(batch, { epoch, sequence }, { agent: 'agent-2', epoch: 1 }), ['misnamed']);
  t.match(misnamed({ ...batch, epoch: 3 }, { epoch: 3, sequence }, { agent: 'agent-1', epoch: 1 }), [
    'misnamed',
    /later/,
  ]);
});
