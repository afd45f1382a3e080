import type { _Object as Description } from "@aws-sdk/client-s3";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { ownerId } from "./buckets.ts";
import {
  type Bucket,
  findBucket,
  invalidArgument,
  type ObjectVersion,
  type S3State,
  unsupported,
  type Version,
} from "./state.ts";

/** Lists the newest versions that are not delete markers. */
export function listObjectOperations(state: S3State): Operations<"s3"> {
  return {
    listObjectsV2: (input) => {
      refuseUnsupported(unsupported, "ListObjectsV2", input, [
        "Bucket Prefix Delimiter MaxKeys EncodingType ExpectedBucketOwner ContinuationToken FetchOwner",
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
    ChecksumType: "FULL_OBJECT",
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

/** Maximum number of keys on one page. Source: ListObjectsV2, S3 API reference. */
const mostKeys = 1000;

interface ListInput {
  readonly Prefix?: string | undefined;
  readonly Delimiter?: string | undefined;
  readonly MaxKeys?: number | undefined;
  readonly EncodingType?: string | undefined;
}

/** An entry of a listing, or all entries under a common prefix as one. */
type Listed<Entry> =
  | { readonly kind: "entry"; readonly name: string; readonly entry: Entry }
  | { readonly kind: "prefix"; readonly name: string };

/**
 * Returns entries in the order of their keys' UTF-8 bytes, with those that have the delimiter after the prefix
 * combined.
 */
function rollUp<Entry extends { readonly key: string }>(
  entries: readonly Entry[],
  { Prefix = "", Delimiter }: ListInput,
): Listed<Entry>[] {
  const result: Listed<Entry>[] = [];
  for (const entry of entries) {
    if (!entry.key.startsWith(Prefix)) continue;
    const at = Delimiter ? entry.key.indexOf(Delimiter, Prefix.length) : -1;
    const name = at < 0 ? entry.key : entry.key.slice(0, at + (Delimiter ?? "").length);
    if (at < 0) result.push({ kind: "entry", name, entry });
    else if (result.at(-1)?.name !== name) result.push({ kind: "prefix", name });
  }
  return result;
}

function takePage<Item>(items: readonly Item[], { MaxKeys = mostKeys }: ListInput) {
  if (!Number.isInteger(MaxKeys) || MaxKeys < 0)
    throw invalidArgument("Argument max-keys must be an integer between 0 and 2147483647");
  const page = items.slice(0, Math.min(MaxKeys, mostKeys));
  // An empty page that was requested is not truncated.
  return { page, IsTruncated: MaxKeys > 0 && page.length < items.length };
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

/**
 * Returns the encoder for names in the response: unchanged, or percent-encoded, which allows characters that XML does
 * not.
 */
function encoder({ EncodingType }: ListInput): (name: string) => string {
  if (EncodingType === undefined) return (name) => name;
  if (EncodingType !== "url") throw invalidArgument("Invalid Encoding Method specified in Request");
  return (name) => encodeURIComponent(name).replaceAll("%2F", "/");
}

function commonPrefixes<Entry>(page: readonly Listed<Entry>[], encode: (name: string) => string) {
  const prefixes = page.filter(({ kind }) => kind === "prefix");
  return prefixes.length > 0 ? prefixes.map(({ name }) => ({ Prefix: encode(name) })) : undefined;
}

interface Markers {
  readonly KeyMarker?: string | undefined;
  readonly VersionIdMarker?: string | undefined;
}

export function listVersionOperations(state: S3State): Operations<"s3"> {
  return {
    listObjectVersions: (input) => {
      refuseUnsupported(unsupported, "ListObjectVersions", input, [
        "Bucket Prefix Delimiter MaxKeys EncodingType KeyMarker VersionIdMarker ExpectedBucketOwner",
      ]);
      const bucket = findBucket(state, input);
      const encode = encoder(input);
      const all = [...bucket.versions.values()].sort(([a], [b]) => byKey(keyOf(a), keyOf(b))).flat();
      const { page, IsTruncated } = takePage(afterMarkers(rollUp(all, input), input), input);
      const last = page.at(-1);
      const entries = page.flatMap((item) => (item.kind === "entry" ? [item.entry] : []));
      const common = (version: Version) => ({
        Key: encode(version.key),
        VersionId: version.versionId,
        IsLatest: isLatest(bucket, version),
        LastModified: version.modifiedAt,
        Owner: { ID: ownerId(state) },
      });
      const Versions = entries.flatMap((version) =>
        version.kind === "object"
          ? [
              {
                ...common(version),
                ETag: `"${version.etag}"`,
                ChecksumAlgorithm: [version.checksum.algorithm],
                ChecksumType: "FULL_OBJECT" as const,
                Size: version.size,
                StorageClass: "STANDARD" as const,
              },
            ]
          : [],
      );
      const DeleteMarkers = entries.filter(({ kind }) => kind === "marker").map(common);
      return {
        Name: bucket.name,
        Prefix: encode(input.Prefix ?? ""),
        Delimiter: input.Delimiter && encode(input.Delimiter),
        MaxKeys: input.MaxKeys ?? 1000,
        EncodingType: input.EncodingType,
        KeyMarker: encode(input.KeyMarker ?? ""),
        VersionIdMarker: input.VersionIdMarker ?? "",
        IsTruncated,
        NextKeyMarker: IsTruncated && last ? encode(last.name) : undefined,
        NextVersionIdMarker: IsTruncated && last?.kind === "entry" ? last.entry.versionId : undefined,
        Versions: Versions.length > 0 ? Versions : undefined,
        DeleteMarkers: DeleteMarkers.length > 0 ? DeleteMarkers : undefined,
        CommonPrefixes: commonPrefixes(page, encode),
      };
    },
  };
}

/** Returns the items after the key that ended the last page, or after one version of it. */
function afterMarkers(listed: Listed<Version>[], { KeyMarker, VersionIdMarker }: Markers): Listed<Version>[] {
  if (VersionIdMarker !== undefined && KeyMarker === undefined)
    throw invalidArgument("A version-id marker cannot be specified without a key marker.");
  if (KeyMarker === undefined) return listed;
  const at = listed.findIndex(
    (item) => item.kind === "entry" && item.name === KeyMarker && item.entry.versionId === VersionIdMarker,
  );
  if (at >= 0) return listed.slice(at + 1);
  return listed.filter(({ name }) => byKey({ key: name }, { key: KeyMarker }) > 0);
}

function keyOf(version: Version | undefined): { key: string } {
  return { key: version?.key ?? "" };
}

function isLatest(bucket: Bucket, version: Version): boolean {
  return bucket.versions.get(version.key)?.[0] === version;
}
