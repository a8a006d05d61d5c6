/**
 * Zone names as `date` prints them in the C locale. They are no standard and some have several meanings, so this is the short
 * list of what logs hold; numbers (+01:00) need no table. Rejected: asking Intl, which prints such names and reads none.
 */

/** Hours ahead of UTC; where a name has several meanings, the one counts that the reading zone has then. */
export const ZONE_HOURS: Readonly<Record<string, readonly number[]>> = {
  Z: [0],
  UTC: [0],
  UCT: [0],
  GMT: [0],
  WET: [0],
  BST: [1, 6],
  IST: [1, 2, 5.5],
  WEST: [1],
  CET: [1],
  CEST: [2],
  EET: [2],
  EEST: [3],
  MSK: [3],
  JST: [9],
  KST: [9],
  AWST: [8],
  ACST: [9.5],
  ACDT: [10.5],
  AEST: [10],
  AEDT: [11],
  NZST: [12],
  NZDT: [13],
  EST: [-5],
  EDT: [-4],
  CST: [-6, 8],
  CDT: [-5],
  MST: [-7],
  MDT: [-6],
  PST: [-8],
  PDT: [-7],
};
