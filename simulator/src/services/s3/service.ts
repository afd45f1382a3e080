import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { Handler, Operations, Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import {
  bucketPolicyOperations,
  bucketProtectionOperations,
  bucketSettingOperations,
} from "./bucket-settings.ts";
import { bucketOperations } from "./buckets.ts";
import { listObjectOperations, listVersionOperations } from "./list-objects.ts";
import { deleteObjectOperations, putObjectOperations, readObjectOperations } from "./objects.ts";
import { createS3State } from "./state.ts";

/** Elements of errors, and the request members with their values. Source: S3 API reference, "Error responses". */
const bucket = { BucketName: "Bucket" };
const elements: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  BucketAlreadyOwnedByYou: bucket,
  BucketNotEmpty: bucket,
  InvalidBucketName: bucket,
  NoSuchBucket: bucket,
  NoSuchBucketPolicy: bucket,
  NoSuchKey: { Key: "Key" },
  NoSuchLifecycleConfiguration: bucket,
  NoSuchPublicAccessBlockConfiguration: bucket,
  NoSuchTagSet: bucket,
  NoSuchVersion: { Key: "Key", VersionId: "VersionId" },
};

/** Returns the operations with errors that contain the names of their resources. */
function withErrorMembers(operations: Operations<"s3">): Operations<"s3"> {
  const named = Object.entries(operations as Record<string, Handler>).map(([name, perform]) => [
    name,
    async (...[input, caller]: Parameters<Handler>) => {
      try {
        return await perform(input, caller);
      } catch (error) {
        throw error instanceof AwsError ? withMembers(error, input as Record<string, unknown>) : error;
      }
    },
  ]);
  return Object.fromEntries(named);
}

function withMembers({ code, message, statusCode }: AwsError, input: Record<string, unknown>): AwsError {
  const members = Object.entries(elements[code] ?? {}).flatMap(([element, member]) =>
    typeof input[member] === "string" ? [[element, input[member]]] : [],
  );
  return new AwsError(code, message, statusCode, Object.fromEntries(members));
}

export const s3: Definition<"s3"> = {
  create: createS3,
  client: "s3",
  wires: [{ protocol: "restXml", route: "s3", namespace: "http://s3.amazonaws.com/doc/2006-03-01/" }],
};

/** S3's general purpose buckets, their objects on disk. Source of shapes and errors: API reference 2006-03-01. */
function createS3(environment: Environment): Service<"s3"> {
  const state = createS3State(environment);
  return {
    operations: withErrorMembers({
      ...bucketOperations(state),
      ...bucketSettingOperations(state),
      ...bucketProtectionOperations(state),
      ...bucketPolicyOperations(state),
      ...putObjectOperations(state),
      ...readObjectOperations(state),
      ...deleteObjectOperations(state),
      ...listObjectOperations(state),
      ...listVersionOperations(state),
    }),
  };
}
