/** A traced exchange is told to whoever asked, and nothing of it to whoever keeps results. */
import t from 'tap';
import { createTable, oldestSent, openExchange } from '../../../agent/core/exchange-table.ts';
import { createTrace } from '../../../agent/core/packet-trace.ts';
import type { ProbePath } from '../../../agent/core/probe-path.ts';
import type { EngineSink } from '../../../agent/engine/ports.ts';
import { apart } from '../../../agent/engine/tracing.ts';
import { answerAt, exchangeOn, pathTo, SERVER } from '../probe-fixture.ts';

const ENDING = { outcome: 'acked', stage: 'ack' } as const;

/** A sink that notes what it is told. */
function noting(told: string[]): EngineSink {
  const note = (name: string) => (): void => void told.push(name);
  return {
    ...{ onSent: note('sent'), onEnding: note('ending'), onLate: note('late'), onStray: note('stray') },
    ...{ onForeign: note('foreign'), onAnswer: note('answer'), onSendError: note('error'), onHeard: note('heard') },
  };
}

/** All that an engine can tell of a path. */
function tellAll(sink: EngineSink, path: ProbePath): void {
  const exchange = exchangeOn(path, 0);
  sink.onSent(path, exchange);
  sink.onEnding(exchange, ENDING, true);
  sink.onLate(exchange, 1);
  sink.onStray('duplicates', path, SERVER, '');
  sink.onForeign(path, SERVER);
  sink.onAnswer(path, answerAt(1));
  sink.onSendError(path, '');
  sink.onHeard?.(exchange, { ...answerAt(1), expected: true, mac: null, payload: new Uint8Array() });
}

t.test('each kind of news goes one way', async (t) => {
  const [results, adHoc]: [string[], string[]] = [[], []];
  const sink = apart(noting(results), noting(adHoc));
  tellAll(sink, { ...pathTo(), trace: createTrace() });
  t.same([results, adHoc], [[], ['ending', 'error']]);
  adHoc.length = 0;
  tellAll(sink, pathTo());
  t.same([results.length, adHoc], [8, []]);
  sink.onStray('orphans', undefined, SERVER, '');
  t.equal(results.length, 9, 'of a stranger, as ever');
});

t.test('a batch is complete without it', async (t) => {
  const table = createTable();
  openExchange(table, exchangeOn({ ...pathTo(), trace: createTrace() }, 1, 1));
  t.equal(oldestSent(table), undefined);
  openExchange(table, exchangeOn(pathTo(), 2, 2));
  t.equal(oldestSent(table), 2e6);
});
