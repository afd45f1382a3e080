import { randomBytes } from "node:crypto";
import type { ArtifactDetail } from "@aws-sdk/client-codepipeline";
import type { Environment } from "../../../environment.ts";
import type { AwsError } from "../../../kit/errors.ts";
import { readZip } from "../../../runtime/zip-archive.ts";
import { bytesOf } from "../../s3/put-object.ts";
import type { PipelineRecord } from "../state.ts";
import { ActionFailure, type ActionJob, quote } from "./action.ts";

/** Lengths of the parts of an artifact's key, in characters: seen in the keys that AWS writes. */
const pipelinePart = 20;
const artifactPart = 10;
const randomPart = 7;

/** Stores an artifact in the pipeline's bucket, under `<pipeline>/<artifact>/<random>` as AWS does. */
export async function storeArtifact(
  { aws }: Environment,
  { name: pipeline, declaration }: PipelineRecord,
  name: string,
  archive: Uint8Array,
): Promise<ArtifactDetail> {
  const bucket = declaration.artifactStore?.location;
  const key = `${pipeline.slice(0, pipelinePart)}/${name.slice(0, artifactPart)}/${randomName()}`;
  await aws.s3
    .putObject({ Bucket: bucket, Key: key, Body: archive, ContentType: "application/zip" })
    .catch((error: AwsError) => {
      throw new ActionFailure(
        "ConfigurationError",
        `The artifact could not be stored in the S3 bucket "${bucket}": ${quote("Amazon S3", error)}`,
      );
    });
  return { name, s3location: { bucket, key } };
}

/**
 * Returns the text of a file in one of the action's input artifacts; undefined when there is no such artifact or file.
 */
export async function readFileOf(
  { environment: { aws }, run }: ActionJob,
  artifact: string,
  path: string,
  { largestArchive }: { largestArchive: number },
): Promise<string | undefined> {
  const location = run.inputs.find(({ name }) => name === artifact)?.s3location;
  if (!location) return undefined;
  const { Body } = await aws.s3.getObject({ Bucket: location.bucket, Key: location.key });
  const archive = await bytesOf(Body);
  if (archive.length > largestArchive) return undefined;
  return readZip(archive)
    .find((entry) => entry.path === path)
    ?.content.toString();
}

function randomName(): string {
  return randomBytes(randomPart).toString("base64url").replaceAll(/[-_]/g, "x").slice(0, randomPart);
}
