import { AwsError } from "../../errors.ts";
import type { ObjectVersion } from "./state.ts";

export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

export interface ReadConditions extends WriteConditions {
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/** Conditional writes. Source: S3 user guide, "How to prevent object overwrites with conditional writes". */
export function refuseUnmetWrite(conditions: WriteConditions, current: ObjectVersion | undefined): void {
  const { IfMatch, IfNoneMatch } = conditions;
  if (IfNoneMatch !== undefined && IfNoneMatch !== "*")
    throw new AwsError("NotImplemented", "If-None-Match of a write takes * only.");
  if (IfNoneMatch !== undefined && current) throw unmet("If-None-Match");
  if (IfMatch === undefined) return;
  if (!current) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
  if (!matches(IfMatch, current)) throw unmet("If-Match");
}

/** RFC 9110, section 13.2.2: tags take precedence over dates. */
export function refuseUnmetRead(conditions: ReadConditions, object: ObjectVersion): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  // Dates over HTTP have no milliseconds.
  const modified = Math.floor(object.modifiedAt.getTime() / 1000) * 1000;
  if (IfMatch !== undefined && !matches(IfMatch, object)) throw unmet("If-Match");
  if (IfMatch === undefined && IfUnmodifiedSince && modified > IfUnmodifiedSince.getTime())
    throw unmet("If-Unmodified-Since");
  const unchanged =
    IfNoneMatch === undefined
      ? IfModifiedSince !== undefined && modified <= IfModifiedSince.getTime()
      : matches(IfNoneMatch, object);
  if (unchanged) throw new AwsError("NotModified", "Not Modified", 304);
}

function matches(tags: string, { etag }: ObjectVersion): boolean {
  return tags.split(",").some((tag) => ["*", etag].includes(tag.trim().replaceAll('"', "")));
}

function unmet(condition: string): AwsError {
  return new AwsError(
    "PreconditionFailed",
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
    412,
  );
}
