import type { _Object as Description } from "@aws-sdk/client-s3";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { ownerId } from "./buckets.ts";
import {
  byKey,
  commonPrefixes,
  encoder,
  type Listed,
  type ListInput,
  rollUp,
  takePage,
} from "./list-page.ts";
import {
  type Bucket,
  findBucket,
  invalidArgument,
  type ObjectVersion,
  type S3State,
  unsupported,
} from "./state.ts";

/** The list of the newest versions that are no delete markers. */
export function listObjectOperations(state: S3State): Service<"s3">["operations"] {
  return {
    listObjectsV2: (input) => {
      refuseUnsupported(unsupported, "ListObjectsV2", input, [
        "Bucket",
        "Prefix",
        "Delimiter",
        "MaxKeys",
        "EncodingType",
        "ExpectedBucketOwner",
        "ContinuationToken",
        "FetchOwner",
        "StartAfter",
      ]);
      const bucket = findBucket(state, input);
      const encode = encoder(input);
      const token = input.ContinuationToken;
      const after = token === undefined ? input.StartAfter : decodeToken(token);
      const { page, IsTruncated } = list(bucket, input, after);
      return {
        Name: bucket.name,
        ...echo(input, encode),
        StartAfter: input.StartAfter && encode(input.StartAfter),
        ContinuationToken: token,
        NextContinuationToken: IsTruncated ? encodeToken(page.at(-1)?.name ?? "") : undefined,
        IsTruncated,
        KeyCount: page.length,
        Contents: contents(state, page, encode, input.FetchOwner ?? false),
        CommonPrefixes: commonPrefixes(page, encode),
      };
    },
  };
}

function list(bucket: Bucket, input: ListInput, after = "") {
  const objects = [...bucket.versions.values()].flatMap(([newest]) =>
    newest?.kind === "object" ? [newest] : [],
  );
  const isAfter = ({ name }: Listed<ObjectVersion>) => byKey({ key: name }, { key: after }) > 0;
  const isUnder = ({ name }: Listed<ObjectVersion>) =>
    !(input.Delimiter && after.startsWith(name) && name.endsWith(input.Delimiter));
  const listed = rollUp(objects.sort(byKey), input).filter((item) => isAfter(item) && isUnder(item));
  return takePage(listed, input);
}

function echo(input: ListInput, encode: (name: string) => string) {
  return {
    Prefix: encode(input.Prefix ?? ""),
    Delimiter: input.Delimiter && encode(input.Delimiter),
    MaxKeys: input.MaxKeys ?? 1000,
    EncodingType: input.EncodingType as "url" | undefined,
  };
}

function contents(
  state: S3State,
  page: readonly Listed<ObjectVersion>[],
  encode: (name: string) => string,
  withOwner: boolean,
): Description[] | undefined {
  const objects = page.flatMap((item) => (item.kind === "entry" ? [item.entry] : []));
  if (objects.length === 0) return undefined;
  return objects.map((object) => ({
    Key: encode(object.key),
    LastModified: object.modifiedAt,
    ETag: `"${object.etag}"`,
    ChecksumAlgorithm: [object.checksum.algorithm],
    ChecksumType: object.checksum.type,
    Size: object.size,
    StorageClass: "STANDARD",
    ...(withOwner ? { Owner: { ID: ownerId(state) } } : {}),
  }));
}

function encodeToken(name: string): string {
  return Buffer.from(name).toString("base64");
}

function decodeToken(token: string): string {
  const name = Buffer.from(token, "base64").toString();
  if (encodeToken(name) === token) return name;
  throw invalidArgument("The continuation token provided is incorrect");
}
