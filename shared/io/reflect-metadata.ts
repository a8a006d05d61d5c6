/**
 * What @peculiar/x509 expects of a runtime, the few functions of the metadata proposal that its container of algorithms asks for at
 * load. Import it before that package, and nowhere else. Rejected: a polyfill as one more package, for three functions over a WeakMap.
 */
type Metadata = Map<unknown, unknown>;

const stored = new WeakMap<object, Metadata>();

const read = (key: unknown, target: object): unknown => stored.get(target)?.get(key);

function define(key: unknown, value: unknown, target: object): void {
  const metadata: Metadata = stored.get(target) ?? new Map<unknown, unknown>();
  stored.set(target, metadata.set(key, value));
}

// Where another package has brought the whole proposal, that one stays.
if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: read, getOwnMetadata: read, defineMetadata: define });
}
