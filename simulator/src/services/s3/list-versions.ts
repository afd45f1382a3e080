import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { ownerId } from "./buckets.ts";
import { byKey, commonPrefixes, encoder, type Listed, rollUp, takePage } from "./list-page.ts";
import {
  type Bucket,
  findBucket,
  invalidArgument,
  type S3State,
  unsupported,
  type Version,
} from "./state.ts";

interface Markers {
  readonly KeyMarker?: string | undefined;
  readonly VersionIdMarker?: string | undefined;
}

export function listVersionOperations(state: S3State): Service<"s3">["operations"] {
  return {
    listObjectVersions: (input) => {
      refuseUnsupported(unsupported, "ListObjectVersions", input, [
        "Bucket",
        "Prefix",
        "Delimiter",
        "MaxKeys",
        "EncodingType",
        "KeyMarker",
        "VersionIdMarker",
        "ExpectedBucketOwner",
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
                ChecksumType: version.checksum.type,
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
