/**
 * 64-bit fields are read as doubles: microseconds since 1970 stay exact until the year 2255, and what is larger is no figure
 * of ours and refused by the decoders (MAX_FIGURE). In a file of its own because it must run before the generated code, which
 * asks for the Long class once, while it loads. Rejected: Long objects, four allocations a row.
 */
import { configure, util } from 'protobufjs/minimal.js';

// @ts-expect-error: the typing offers no null, but without a Long class the reader gives numbers.
util.Long = null;
configure();
