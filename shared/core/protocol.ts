/**
 * Which agents and collectors understand each other: a number that an agent names in its hello, and a collector knows the oldest and
 * the newest of. It rises only when something changes that the other side would misunderstand; what is merely new is a feature
 * (features.ts). Rejected: refusing by version; a fixed bug would then lock hundreds of sites out until all are upgraded.
 */

/** What this version's agent speaks. */
export const PROTOCOL = 1;
/** What this version's collector understands, both included. */
export const UNDERSTOOD = { oldest: 1, newest: PROTOCOL } as const;
