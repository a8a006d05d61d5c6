/**
 * A sweep: one server asked about one subnet after another, an exchange each, so that a scope that is missing or exhausted is
 * found while the server serves. Its paths are made when their turn comes first, and share identities and packets: a site may
 * list a thousand subnets, and three packets for each would be a megabyte that says one thing.
 *
 * Subnets at random were refused: some would wait for many rounds, and nobody could say when a scope was last seen.
 */
import type { PathRef } from '../../shared/core/batch.ts';
import { MAX_SCOPES_PER_TARGET } from '../../shared/core/limits.ts';
import { type Ipv4, parsePrefix } from '../../shared/core/net/ipv4.ts';
import { templatesFor } from './probe-packet.ts';
import type { ProbePath } from './probe-path.ts';

/** Where a sweep stands; it outlives the sweep, or each change of a rate would begin it anew. */
export interface SweepPosition {
  /** Exchanges begun. */
  turns: number;
}

/** The subnets of a target, in turn. Changed by the functions of this file only. */
export interface Sweep {
  readonly scopes: readonly Scope[];
  readonly position: SweepPosition;
  /** What the paths share: identities, packets that ask for some subnet, everything but the scope. */
  readonly path: ProbePath;
  /** By scope as written; at most as many as there are scopes. */
  readonly paths: Map<string, ProbePath>;
  readonly refOf: (ref: PathRef) => PathRef;
}

interface Scope {
  /** "10.80.1.0/24". */
  readonly text: string;
  readonly network: Ipv4;
}

/** A sweep over what of `scopes` is a prefix; undefined when nothing is. `refOf` may give an equal ref made before. */
export function createSweep(
  scopes: readonly string[],
  fields: Pick<Sweep, 'path' | 'position' | 'refOf'>,
): Sweep | undefined {
  const known = scopes.slice(0, MAX_SCOPES_PER_TARGET).flatMap((text): Scope[] => {
    const prefix = parsePrefix(text);
    return prefix === undefined ? [] : [{ text, network: prefix.network }];
  });
  return known.length === 0 ? undefined : { scopes: known, paths: new Map(), ...fields };
}

/** The path whose turn it is. */
export function currentPath({ scopes, position, paths, path, refOf }: Sweep): ProbePath {
  const scope = scopes[position.turns % scopes.length];
  // Scopes are never empty; the sweep's own path would speak of the server as such.
  if (scope === undefined) throw new RangeError('a sweep without scopes');
  const known = paths.get(scope.text);
  if (known !== undefined) return known;
  const made: ProbePath = {
    ...path,
    ref: refOf({ ...path.ref, scope: scope.text }),
    packets: templatesFor(path.packets, scope.network),
    subnetSelection: path.subnetSelection === undefined ? undefined : scope.network,
  };
  paths.set(scope.text, made);
  return made;
}

/** The next subnet's turn. */
export function advance({ position }: Sweep): void {
  position.turns += 1;
}
