// What can be wrong with a known option's octets. A file of its own, below the option families and the union of them, so
// that neither needs the other to say it.

/** Why an option's octets are not what its RFC says: too long, short or uneven (`length`), or a forbidden `value`. */
export type OptionFault = 'length' | 'value';
