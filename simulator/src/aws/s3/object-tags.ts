import type { Service } from "../api.ts";
import { versionMember } from "./add-version.ts";
import { findBucket, findObject, type S3State } from "./state.ts";
import { parseObjectTags, tagSet } from "./tags.ts";

interface Input {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly VersionId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

export function objectTagOperations(state: S3State): Service<"s3">["operations"] {
  const find = (input: Input) => {
    const bucket = findBucket(state, input);
    const object = findObject(bucket, input.Key, input.VersionId);
    return { object, version: versionMember(bucket, object.versionId) };
  };
  return {
    putObjectTagging: (input) => {
      const { object, version } = find(input);
      object.tags = parseObjectTags(input.Tagging?.TagSet ?? []);
      return version;
    },
    getObjectTagging: (input) => {
      const { object, version } = find(input);
      return { TagSet: tagSet(object.tags), ...version };
    },
    deleteObjectTagging: (input) => {
      const { object, version } = find(input);
      object.tags = new Map();
      return version;
    },
  };
}
