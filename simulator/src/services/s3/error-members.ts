import { AwsError } from "../../kit/errors.ts";
import type { Handler, Service } from "../api.ts";

type Operations = Service<"s3">["operations"];

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
  NoSuchUpload: { UploadId: "UploadId" },
  NoSuchVersion: { Key: "Key", VersionId: "VersionId" },
  OwnershipControlsNotFoundError: bucket,
};

/** Returns the operations with errors that contain the names of their resources. */
export function withErrorMembers(operations: Operations): Operations {
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
