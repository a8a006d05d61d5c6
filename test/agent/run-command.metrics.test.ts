/** The metrics of a real agent that probes and reports: promtool has no complaint, the figures are right, and nothing hangs on the port. */
import { join } from 'node:path';
import t from 'tap';
import { complaints, promtoolSkipReason, seriesOf } from '../lab/promtool.ts';
import { networkSkipReason, ProbeNetwork } from './probe-network.ts';
import { folder, runFlags, startCollector } from './run-fixture.ts';

const skip = networkSkipReason() || promtoolSkipReason();

t.test('a scrape of an agent on loopback, and a second agent whose port is taken', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  await network.serve('none');
  const place = folder(t);
  await startCollector(network, place);
  const agent = network.run(network.agent, 'agent/main.ts', runFlags(join(place, 'agent'), '--id', 'corsham-1'));
  await agent.waitForOutput(/metrics at http:\/\/127\.0\.0\.1:6769\/metrics/, 20_000);
  const scrape = async (...more: readonly string[]): Promise<string> =>
    (await network.command('curl', '-s', '-m', '5', ...more, 'http://127.0.0.1:6769/metrics').ended).stdout;
  let page = '';
  let series = seriesOf(page);
  const probed = '{group="g",server="one"';
  for (
    let turn = 0;
    turn < 40 && (series.get(`dorawatch_agent_exchanges_total${probed},outcome="acked"}`) ?? 0) === 0;
    turn += 1
  ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    page = await scrape();
    series = seriesOf(page);
  }
  t.equal(complaints(page), '', 'promtool has no complaint');
  const acked = series.get(`dorawatch_agent_exchanges_total${probed},outcome="acked"}`) ?? 0;
  t.ok(acked > 0);
  t.equal(series.get(`dorawatch_agent_exchange_offer_seconds_count${probed}}`), acked);
  t.equal(series.get('dorawatch_agent_collector_connected'), 1);
  t.ok((series.get('dorawatch_agent_batches_spooled_total') ?? 0) > 0);
  t.ok((series.get('dorawatch_agent_clock_error_seconds') ?? 9) < 1);
  t.equal(series.get('dorawatch_agent_resting'), 0);
  t.ok((series.get('process_resident_memory_bytes') ?? 0) > 1e6);
  t.match(page, /^dorawatch_agent_build_info\{version="[\d.]+",agent="corsham-1",site="corsham"\} 1$/m);
  const open = await scrape('-H', 'Accept: application/openmetrics-text');
  t.ok(open.endsWith('# EOF\n'));
  t.match(open, /^# TYPE dorawatch_agent_exchanges counter$/m);
  t.match(await scrape('-X', 'POST', '-i'), /^HTTP\/1.1 405 /);
  t.match((await network.command('curl', '-s', 'http://127.0.0.1:6769/').ended).stdout, '/metrics');

  const second = network.run(network.agent, 'agent/main.ts', runFlags(join(place, 'second')));
  await second.waitForOutput(/connected to the collector/, 20_000);
  t.equal((await second.stop('SIGTERM')).code, 0, 'it probes on');
  t.equal(second.stderr.match(/no metrics at 127\.0\.0\.1:6769 .*probing goes on/g)?.length, 1, 'and said so once');
  t.equal((await agent.stop('SIGTERM')).code, 0, 'an open page holds no agent up');
});
