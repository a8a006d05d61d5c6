import t from 'tap';
import { renewalAt, renewalRetryUs, turnAfterMs } from '../../../agent/core/renewal-time.ts';
import { unixMicros } from '../../../shared/core/units.ts';

const DAY_US = 86_400e6;
const month = { validFrom: unixMicros(0), validTo: unixMicros(30 * DAY_US) };

t.test('thirty days: due on the twentieth, tried every hour, and the connection follows within two', async (t) => {
  t.equal(renewalAt(month, 0), 20 * DAY_US);
  t.equal(renewalAt(month, 1), 21 * DAY_US);
  t.equal(renewalRetryUs(month), 3_600e6);
  t.equal(turnAfterMs(month.validTo, unixMicros(20 * DAY_US), 1), 7_200_000);
});

t.test('a connection is made anew before its certificate ends, however little is left', async (t) => {
  t.equal(turnAfterMs(month.validTo, unixMicros(30 * DAY_US - 10e6), 1), 5_000);
  t.equal(turnAfterMs(month.validTo, unixMicros(31 * DAY_US), 1), 0);
});
