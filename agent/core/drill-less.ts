/**
 * An assignment as a start may go on from it. Rejected: forgetting the assignment at each start; a site without its line would
 * probe nothing until it is back.
 */
import type { Assignment } from '../../shared/core/assignment.ts';

/** A drill does not outlive a start: whoever began it may be gone. */
export const withoutDrill = (assignment: Assignment): Assignment => ({
  ...assignment,
  targets: assignment.targets.map((target) => ({ ...target, raiseSecs: false })),
});
