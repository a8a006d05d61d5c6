/**
 * gRPC server reflection, so that grpcurl and its like can list and call what a collector offers without our .proto files.
 * The descriptors come from the build (generated/dorawatch.json). Rejected: reading .proto files at start, which then would
 * have to be installed beside the code.
 */
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';
import descriptors from './generated/dorawatch.json' with { type: 'json' };

type Package = ConstructorParameters<typeof ReflectionService>[0];

/** Adds reflection (v1 and v1alpha) for everything in package dorawatch.v1. */
export function addReflection(server: Server): void {
  const root = protobuf.Root.fromJSON(descriptors);
  root.resolveAll();
  const files = root.toDescriptor('proto3').file ?? [];
  const fileDescriptorProtos = files.map((file) => Buffer.from(descriptor.FileDescriptorProto.encode(file).finish()));
  // The service asks a loaded package for nothing but its descriptors.
  new ReflectionService({ dorawatch: { fileDescriptorProtos } } as unknown as Package).addToServer(server);
}
