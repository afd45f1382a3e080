import type { Environment } from "../../../environment.ts";
import { bytesOf } from "../../s3/put-object.ts";
import { ActionFailure, type ActionJob, type ActionResult, orActionFailure, type Source } from "./action.ts";
import { codeCommitSource } from "./codecommit-source.ts";
import { ecrSource } from "./ecr-source.ts";

type Configuration = Readonly<Record<string, string>>;

/** Source: an object of a bucket with versioning ("Amazon S3 source action reference", CodePipeline user guide). */
const s3Source: Source = {
  perform: takeObject,
  polled: true,
  overrides: [],
  latest: async (environment, { S3Bucket, S3ObjectKey }) => {
    const { VersionId = "" } = await environment.aws.s3.headObject({ Bucket: S3Bucket, Key: S3ObjectKey });
    return VersionId;
  },
};

async function takeObject(job: ActionJob): Promise<ActionResult> {
  const { environment, configuration, run } = job;
  const { aws, region } = environment;
  const { S3Bucket: Bucket, S3ObjectKey: Key } = configuration;
  await refuseUnversioned(environment, configuration);
  const found = await orActionFailure(aws.s3.getObject({ Bucket, Key }), service);
  const id = found.VersionId ?? "null";
  const summary = found.Metadata?.["codepipeline-artifact-revision-summary"] ?? `Amazon S3 version id: ${id}`;
  run.externalExecutionId = id;
  return {
    summary,
    source: {
      revision: {
        id,
        summary,
        url: `https://console.aws.amazon.com/s3/object/${Bucket}?region=${region}&prefix=${Key}`,
        created: found.LastModified,
      },
      artifact: await bytesOf(found.Body),
    },
  };
}

const service = "Amazon S3";

async function refuseUnversioned({ aws }: Environment, { S3Bucket: Bucket }: Configuration): Promise<void> {
  const { Status } = await orActionFailure(aws.s3.getBucketVersioning({ Bucket }), service);
  if (Status !== "Enabled")
    throw new ActionFailure(
      "ConfigurationError",
      `The S3 bucket ${Bucket} does not have versioning enabled. A bucket that is the source of a pipeline must have it.`,
    );
}

export const sources: ReadonlyMap<string | undefined, Source> = new Map([
  ["CodeCommit", codeCommitSource],
  ["ECR", ecrSource],
  ["S3", s3Source],
]);
