import { AwsError } from "../../../kit/errors.ts";
import type { CloudFormationState } from "../stack/records.ts";
import { validationError } from "../template/errors.ts";

/**
 * Maximum size in bytes of a template in the request, and of one from S3. Source: CloudFormation user guide, quotas.
 */
const longestBody = 51_200;
const longestObject = 1_048_576;

export interface TemplateInput {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
}

/** Returns the template's text, from the request itself or from the bucket it specifies; undefined without either. */
export async function readTemplateText(
  state: CloudFormationState,
  { TemplateBody, TemplateURL }: TemplateInput,
): Promise<string | undefined> {
  if (TemplateURL === undefined) {
    if (Buffer.byteLength(TemplateBody ?? "") > longestBody)
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${longestBody}`,
      );
    return TemplateBody;
  }
  if (TemplateBody !== undefined)
    throw validationError("Exactly one of TemplateBody and TemplateURL must be specified.");
  const text = await readObject(state, parseLocation(TemplateURL));
  if (Buffer.byteLength(text) > longestObject)
    throw validationError(`Template may not exceed ${longestObject} bytes in size.`);
  return text;
}

interface Location {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

/**
 * Both forms of S3's URLs for an object, with the bucket in the host or in the path. A simulator's own URLs on this
 * machine use the path.
 */
function parseLocation(text: string): Location {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const [host, bucket] = /^(?:(.+)\.)?s3(?:[.-][a-z0-9]+)*\.amazonaws\.com$/.exec(url?.hostname ?? "") ?? [];
  const isLocal = url?.hostname === "127.0.0.1" || url?.hostname === "localhost";
  const path = decodeURIComponent(url?.pathname.slice(1) ?? "").split("/");
  const [Bucket = "", ...rest] = bucket === undefined ? path : [bucket, ...path];
  const Key = rest.join("/");
  if (!url || (host === undefined && !isLocal) || Bucket === "" || Key === "")
    throw validationError(`TemplateURL must be a supported URL: one of an object in S3, not ${text}.`);
  const VersionId = url.searchParams.get("versionId");
  return { Bucket, Key, ...(VersionId === null ? {} : { VersionId }) };
}

async function readObject({ environment }: CloudFormationState, location: Location): Promise<string> {
  try {
    const { Body } = await environment.aws.s3.getObject(location);
    return (await Body?.transformToString()) ?? "";
  } catch (error) {
    if (error instanceof AwsError) throw validationError(`S3 error: ${error.message}`);
    throw error;
  }
}
