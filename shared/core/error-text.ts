/**
 * What anything that was thrown says, for a sentence or a `problem`. JavaScript may throw what is no Error. Rejected: the question
 * asked anew in every catch.
 */

/** The error's message, or the thing itself as text. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));
