import { randomBytes } from "node:crypto";
import type { Bucket, S3State, Version } from "./state.ts";

/** Returns the id of a new version: S3's are 32 characters, and `null` without versioning. */
export function nextVersionId({ versioning }: Bucket): string {
  return versioning === "Enabled" ? randomBytes(24).toString("base64url") : "null";
}

/** Adds a version as the newest of its key. It replaces one of the same id, which only `null` can have. */
export async function addVersion(state: S3State, bucket: Bucket, version: Version): Promise<void> {
  const others = bucket.versions.get(version.key) ?? [];
  const replaced = others.filter(({ versionId }) => versionId === version.versionId);
  bucket.versions.set(version.key, [version, ...others.filter((other) => !replaced.includes(other))]);
  await removeFiles(state, replaced);
}

/** Removes a version permanently. */
export async function removeVersion(state: S3State, bucket: Bucket, version: Version): Promise<void> {
  const others = (bucket.versions.get(version.key) ?? []).filter((other) => other !== version);
  if (others.length > 0) bucket.versions.set(version.key, others);
  else bucket.versions.delete(version.key);
  await removeFiles(state, [version]);
}

/** Returns the member for a created or found version; empty in a bucket that never had versioning. */
export function versionMember(bucket: Bucket, versionId: string): { VersionId?: string } {
  return bucket.versioning === undefined ? {} : { VersionId: versionId };
}

function removeFiles(state: S3State, versions: readonly Version[]): Promise<void> {
  return state.store.remove(versions.flatMap((version) => (version.kind === "object" ? [version.path] : [])));
}
