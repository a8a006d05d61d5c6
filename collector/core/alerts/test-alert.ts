/** The alert that `dorawatch alerts --test` sends: plainly a test, of no place, and over by itself. */
import type { UnixMicros } from '../../../shared/core/units.ts';
import { RULE_ON } from './alert-kind.ts';
import { type AlertRecord, begun } from './alert-record.ts';
import { condition } from './condition.ts';

/** @param now collector's clock */
export function testRecord(now: UnixMicros): AlertRecord {
  const summary = 'A test of dorawatch: nothing is wrong, and nothing is to be done';
  const told = condition({ key: 'test', kind: 'test', since: now, summary });
  return { ...begun(told, now), firedAt: now, severity: RULE_ON.severity };
}
