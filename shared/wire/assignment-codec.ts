/**
 * Assignments as messages and as bytes: pushed over a session, and kept by the agent on its disk in the same form, so that
 * it can go on probing after a restart while the collector is away. Rejected: JSON for the file; a second form to validate.
 */
import { type Assignment, type Identify, SELECTIONS, type Target } from '../core/assignment.ts';
import { MAX_FIGURE, MAX_SCOPES_PER_TARGET, MAX_SOURCES_PER_TARGET, MAX_TARGETS } from '../core/limits.ts';
import { EXCHANGE_KINDS } from '../core/outcome.ts';
import { milliseconds } from '../core/units.ts';
import { type DecodeError, FieldReader, isDecodeError, parseMessage } from './decode-error.ts';
import { type dorawatch, v1 } from './protobuf.ts';

/** Index = wire code. */
const RELEASES = ['always', 'never'] as const;

export function encodeAssignment(assignment: Assignment): Uint8Array {
  return v1.Assignment.encode(packAssignment(assignment)).finish();
}

export function decodeAssignment(bytes: Uint8Array): Assignment | DecodeError {
  const message = parseMessage(v1.Assignment, bytes, 'assignment');
  if (isDecodeError(message)) return message;
  const read = new FieldReader();
  const assignment = unpackAssignment(read, message);
  return read.error ?? assignment;
}

export function packAssignment(assignment: Assignment): dorawatch.v1.Assignment.$Properties {
  return {
    version: assignment.version,
    targets: assignment.targets.map(packTarget),
    drop_time_ms: assignment.dropTimeMs,
    clients: assignment.clients ?? 0,
    release: RELEASES.indexOf(assignment.release),
    relay_address: assignment.relayAddress ?? '',
    identify: packIdentify(assignment.identify),
    relay_port: assignment.relayPort,
  };
}

const packTarget = (target: Target): dorawatch.v1.Target.$Properties => ({
  group: target.group,
  server: target.server,
  address: target.address,
  sources: [...target.sources],
  bucket_plus_one: target.bucket === null ? 0 : target.bucket + 1,
  kind: EXCHANGE_KINDS.indexOf(target.kind),
  rate_per_second: target.ratePerSecond,
  phase: target.phase,
  probe_subnet: target.probeSubnet ?? '',
  selection: SELECTIONS.indexOf(target.selection),
  scopes: [...target.scopes],
  interface: target.interface ?? '',
  raise_secs: target.raiseSecs,
});

const packIdentify = (identify: Identify): dorawatch.v1.Identify.$Properties => ({
  mac_prefix: identify.macPrefix ?? '',
  vendor_class: identify.vendorClass ?? '',
  user_class: identify.userClass ?? '',
  circuit_id: identify.circuitId ?? '',
  remote_id: identify.remoteId ?? '',
});

/** Faults are left in `read`. */
export function unpackAssignment(read: FieldReader, message: dorawatch.v1.Assignment.$Properties): Assignment {
  const relayAddress = message.relay_address ?? '';
  return {
    version: read.positive(message.version ?? 0, 'assignment.version'),
    targets: read
      .list(message.targets ?? [], MAX_TARGETS, 'assignment.targets')
      .map((target) => unpackTarget(read, target)),
    dropTimeMs: milliseconds(read.positive(message.drop_time_ms ?? 0, 'assignment.drop_time_ms')),
    clients: message.clients ? message.clients : null,
    release: RELEASES[read.index(message.release ?? 0, RELEASES.length, 'assignment.release')] ?? 'always',
    relayAddress: relayAddress === '' ? null : dotted(read, relayAddress, 'assignment.relay_address'),
    identify: unpackIdentify(read, message.identify ?? {}),
    relayPort: message.relay_port ?? false,
  };
}

function unpackIdentify(read: FieldReader, identify: dorawatch.v1.Identify.$Properties): Identify {
  const macPrefix = identify.mac_prefix ?? '';
  const isPrefix = macPrefix === '' || /^[0-9a-f][26ae](:[0-9a-f]{2}){0,2}$/.test(macPrefix);
  read.require(isPrefix, 'identify.mac_prefix', 'is not the start of a locally administered unicast MAC');
  const text = (value: string | null | undefined, field: string): string | null =>
    read.text(value ?? '', `identify.${field}`) || null;
  return {
    macPrefix: macPrefix || null,
    vendorClass: text(identify.vendor_class, 'vendor_class'),
    userClass: text(identify.user_class, 'user_class'),
    circuitId: text(identify.circuit_id, 'circuit_id'),
    remoteId: text(identify.remote_id, 'remote_id'),
  };
}

function unpackTarget(read: FieldReader, target: dorawatch.v1.Target.$Properties): Target {
  const ratePerSecond = target.rate_per_second ?? 0;
  const phase = target.phase ?? 0;
  read.require(
    ratePerSecond > 0 && ratePerSecond <= MAX_FIGURE,
    'targets.rate_per_second',
    `${ratePerSecond} is out of range`,
  );
  read.require(phase >= 0 && phase < 1, 'targets.phase', `${phase} is out of range`);
  const probeSubnet = target.probe_subnet ?? '';
  const on = target.interface ?? '';
  const server = target.server ?? '';
  return {
    group: read.name(target.group ?? '', 'targets.group'),
    server: on === '' ? read.name(server, 'targets.server') : read.text(server, 'targets.server'),
    address: dotted(read, target.address ?? '', 'targets.address'),
    sources: [...read.list(target.sources ?? [], MAX_SOURCES_PER_TARGET, 'targets.sources')],
    bucket: read.plusOne(target.bucket_plus_one ?? 0, 256, 'targets.bucket_plus_one'),
    kind: EXCHANGE_KINDS[read.index(target.kind ?? 0, EXCHANGE_KINDS.length, 'targets.kind')] ?? 'dora',
    ratePerSecond,
    phase,
    probeSubnet: probeSubnet === '' ? null : dotted(read, probeSubnet, 'targets.probe_subnet'),
    selection:
      SELECTIONS[read.index(target.selection ?? 0, SELECTIONS.length, 'targets.selection')] ?? 'link-selection',
    scopes: read
      .list(target.scopes ?? [], MAX_SCOPES_PER_TARGET, 'targets.scopes')
      .map((scope) => prefix(read, scope, 'targets.scopes')),
    interface: on === '' ? null : read.name(on, 'targets.interface'),
    raiseSecs: target.raise_secs ?? false,
  };
}

/** "10.80.1.0/24" */
function prefix(read: FieldReader, text: string, field: string): string {
  const [address = '', length = ''] = text.split('/');
  dotted(read, address, field);
  read.require(/^\d{1,2}$/.test(length) && Number(length) <= 32, field, 'has no prefix length');
  return text;
}

function dotted(read: FieldReader, address: string, field: string): string {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1) ?? [];
  read.require(octets.length === 4 && octets.every((octet) => Number(octet) <= 255), field, 'is not an IPv4 address');
  return address;
}
