/**
 * A sighting (who answered, and with what) as a message and back. It has a file of its own because both halves must agree on
 * what stands for "the answer did not say": 0 on the wire, null in a value. Rejected: text for every address, three times the size.
 */

import { addressToNumber, numberToAddress } from '../core/address-number.ts';
import type { Sighting } from '../core/batch.ts';
import { MAX_ADDRESSES_PER_SIGHTING } from '../core/limits.ts';
import { epochMicros } from '../core/units.ts';
import type { FieldReader } from './decode-error.ts';
import type { dorawatch } from './protobuf.ts';

const MAC_OCTETS = 6;

export function packSighting(sighting: Sighting): dorawatch.v1.Sighting.$Properties {
  return {
    path: sighting.path,
    sent_us: sighting.sentUs,
    in_ack: sighting.stage === 'ack',
    source: addressToNumber(sighting.source),
    server_identifier: numberOf(sighting.serverIdentifier),
    unexpected: !sighting.expected,
    mac: sighting.mac === null ? new Uint8Array() : macOctets(sighting.mac),
    address: addressToNumber(sighting.address),
    subnet_mask: numberOf(sighting.subnetMask),
    lease_s_plus_one: sighting.leaseSeconds === null ? 0 : sighting.leaseSeconds + 1,
    routers: sighting.routers.map(addressToNumber),
    name_servers: sighting.nameServers.map(addressToNumber),
    domain: sighting.domain ?? '',
    next_server: numberOf(sighting.nextServer),
  };
}

/** Faults are left in `read`. @param paths how many paths the batch has */
export function readSighting(read: FieldReader, message: dorawatch.v1.Sighting.$Properties, paths: number): Sighting {
  const lease = read.count(message.lease_s_plus_one ?? 0, 'sightings.lease_s_plus_one');
  return {
    path: read.index(message.path ?? 0, paths, 'sightings.path'),
    sentUs: epochMicros(read.count(message.sent_us ?? 0, 'sightings.sent_us')),
    stage: message.in_ack ? 'ack' : 'offer',
    source: numberToAddress(message.source ?? 0),
    serverIdentifier: addressOf(message.server_identifier),
    expected: !message.unexpected,
    mac: macText(read, message.mac ?? new Uint8Array()),
    address: numberToAddress(message.address ?? 0),
    subnetMask: addressOf(message.subnet_mask),
    leaseSeconds: lease === 0 ? null : lease - 1,
    routers: addresses(read, message.routers ?? [], 'sightings.routers'),
    nameServers: addresses(read, message.name_servers ?? [], 'sightings.name_servers'),
    domain: read.text(message.domain ?? '', 'sightings.domain') || null,
    nextServer: addressOf(message.next_server),
  };
}

const numberOf = (address: string | null): number => (address === null ? 0 : addressToNumber(address));

const addressOf = (number: number | null | undefined): string | null => (number ? numberToAddress(number) : null);

const addresses = (read: FieldReader, numbers: readonly number[], field: string): readonly string[] =>
  read.list(numbers, MAX_ADDRESSES_PER_SIGHTING, field).map(numberToAddress);

const macOctets = (mac: string): Uint8Array => Uint8Array.from(mac.split(':'), (octet) => Number.parseInt(octet, 16));

function macText(read: FieldReader, octets: Uint8Array): string | null {
  if (octets.length === 0) return null;
  read.require(octets.length === MAC_OCTETS, 'sightings.mac', `is ${octets.length} octets, not ${MAC_OCTETS}`);
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(':');
}
