/** The pool: no identity is in flight twice, none is forgotten, and a RELEASE is followed by a rest. */
import fc from 'fast-check';
import t from 'tap';
import { type Identity, macBase } from '../../../agent/core/identity.ts';
import {
  createPool,
  resizePool,
  rest,
  returnIdentity,
  returnUnused,
  takeIdentity,
} from '../../../agent/core/identity-pool.ts';
import { at } from '../probe-fixture.ts';

const base = macBase('agent', 'primary');

t.test('all in flight: none is free until one has rested', async (t) => {
  const pool = createPool(base, 1);
  const identity = takeIdentity(pool, at(0));
  t.ok(identity);
  t.equal(takeIdentity(pool, at(1)), undefined);
  if (identity === undefined) return;
  returnIdentity(pool, identity, at(10));
  t.equal(takeIdentity(pool, at(11)), undefined, 'its RELEASE may still be on its way');
  t.equal(takeIdentity(pool, at(40)), identity);
  returnUnused(pool, identity);
  t.equal(takeIdentity(pool, at(1000)), identity);
});

t.test('a late RELEASE makes it rest again', async (t) => {
  const pool = createPool(base, 1);
  const identity = takeIdentity(pool, at(0));
  if (identity === undefined) throw new Error('a fresh pool has one');
  returnIdentity(pool, identity, at(0));
  rest(identity, at(100));
  t.equal(takeIdentity(pool, at(110)), undefined);
  t.equal(takeIdentity(pool, at(130)), identity);
});

t.test('property: never twice in flight, never more than the count, whatever the order and the resizing', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('return' as const), pick: fc.nat(20) }),
    fc.record({ kind: fc.constant('resize' as const), count: fc.integer({ min: 1, max: 12 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const pool = createPool(base, 5);
      const flying: Identity[] = [];
      let ms = 0;
      for (const each of steps) {
        ms += 30;
        if (each.kind === 'take') {
          const identity = takeIdentity(pool, at(ms));
          if (identity === undefined && flying.length < pool.count && flying.every(({ slot }) => slot < pool.count))
            return false;
          if (identity === undefined) continue;
          if (identity.slot >= pool.count || flying.some(({ slot }) => slot === identity.slot)) return false;
          flying.push(identity);
        } else if (each.kind === 'resize') resizePool(pool, each.count);
        else {
          const [identity] = flying.splice(each.pick % Math.max(1, flying.length), 1);
          if (identity !== undefined) returnIdentity(pool, identity, at(ms));
        }
      }
      return pool.inFlight === flying.length;
    }),
    { numRuns: 500 },
  );
});

t.test('property: what a slot looks like never changes when counts change, in any bucket', async () => {
  const looks = (count: number, bucket: number | null): string[] => {
    const pool = createPool(base, count, { fixedOctets: 1, bucket });
    const taken = Array.from({ length: count }, () => takeIdentity(pool, at(0)));
    return taken.map((identity) => `${identity?.slot} ${identity?.chaddr.join(':')}`);
  };
  const bucket = fc.constantFrom(null, 0, 1);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), bucket, (few, many, bucket) => {
      const one = looks(few, bucket);
      const other = looks(many, bucket);
      return one.every((look, slot) => slot >= many || other[slot] === look);
    }),
    { numRuns: 40 },
  );
});
