/**
 * What an agent may understand beyond what every version does. It names them in its hello, and a collector asks nothing of it
 * that it did not name. Rejected: comparing versions; a version says when an agent was built, and not what was built into it.
 */

/** Names as on the wire; one is never given another meaning. */
export const FEATURES = {
  /** One exchange on request, told in full. */
  adHocExchange: 'ad-hoc-exchange',
} as const;

/** What this version's agent says of itself. */
export const OWN_FEATURES: readonly string[] = Object.values(FEATURES);
