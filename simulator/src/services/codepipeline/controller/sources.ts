import type { UserInfo } from "@aws-sdk/client-codecommit";
import type { ImageDetail } from "@aws-sdk/client-ecr";
import { strToU8, zipSync } from "fflate";
import type { Environment } from "../../../environment.ts";
import type { AwsError } from "../../../kit/errors.ts";
import { bytesOf } from "../../s3/objects.ts";
import {
  ActionFailure,
  type ActionJob,
  type ActionResult,
  orActionFailure,
  overrideOf,
  quote,
  type Source,
} from "./action.ts";

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
  const found = await orActionFailure(aws.s3.getObject({ Bucket, Key }), s3Service);
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

const s3Service = "Amazon S3";

async function refuseUnversioned({ aws }: Environment, { S3Bucket: Bucket }: Configuration): Promise<void> {
  const { Status } = await orActionFailure(aws.s3.getBucketVersioning({ Bucket }), s3Service);
  if (Status !== "Enabled")
    throw new ActionFailure(
      "ConfigurationError",
      `The S3 bucket ${Bucket} does not have versioning enabled. A bucket that is the source of a pipeline must have it.`,
    );
}

/** Source: the files of a branch's head ("CodeCommit source action reference", CodePipeline user guide). */
const codeCommitSource: Source = {
  perform: takeCommit,
  polled: true,
  overrides: ["COMMIT_ID"],
  latest: headOf,
};

async function takeCommit(job: ActionJob): Promise<ActionResult> {
  const { environment, configuration, run } = job;
  const { RepositoryName: repositoryName = "" } = configuration;
  const commitId = overrideOf(job, "COMMIT_ID") ?? (await headOf(environment, configuration));
  const { aws, git, region } = environment;
  const { commit } = await orActionFailure(
    aws.codecommit.getCommit({ repositoryName, commitId }),
    codeCommitService,
  );
  const { repositoryMetadata } = await orActionFailure(
    aws.codecommit.getRepository({ repositoryName }),
    codeCommitService,
  );
  const artifact = await git.archive(repositoryMetadata?.repositoryId ?? "", commitId);
  const url = `https://console.aws.amazon.com/codecommit/home?region=${region}#/repository/${repositoryName}/commit/${commitId}`;
  const summary = commit?.message ?? "";
  run.externalExecutionId = commitId;
  run.externalExecutionUrl = url;
  return {
    summary,
    source: { revision: { id: commitId, summary, url, created: dateOf(commit?.committer) }, artifact },
  };
}

const codeCommitService = "AWSCodeCommit";

async function headOf({ aws }: Environment, configuration: Configuration): Promise<string> {
  const { RepositoryName: repositoryName = "", BranchName: branchName = "" } = configuration;
  const { branch } = await aws.codecommit
    .getBranch({ repositoryName, branchName })
    .catch((error: AwsError) => {
      throw new ActionFailure("ConfigurationError", reasonOf(error, repositoryName, branchName));
    });
  return branch?.commitId ?? "";
}

function reasonOf(error: AwsError, repository: string, branch: string): string {
  if (error.code === "BranchDoesNotExistException")
    return `The action failed because no branch named ${branch} was found in the selected AWS CodeCommit repository ${repository}. Make sure you are using the correct branch name, and then try again. Error: null`;
  return quote(codeCommitService, error);
}

/** CodeCommit returns dates as Git stores them: seconds since 1970 and an offset, `1484167798 -0800`. */
function dateOf(user: UserInfo | undefined): Date | undefined {
  const seconds = Number.parseInt(user?.date ?? "", 10);
  return Number.isNaN(seconds) ? undefined : new Date(seconds * 1000);
}

/** Source: the image of a tag ("Amazon ECR source action reference", CodePipeline user guide). */
const ecrSource: Source = {
  perform: takeImage,
  // Only events start executions: this source has no PollForSourceChanges.
  polled: false,
  overrides: ["IMAGE_DIGEST"],
  latest: async (environment, configuration) => (await imageOf(environment, configuration)).imageDigest ?? "",
};

async function takeImage(job: ActionJob): Promise<ActionResult> {
  const { environment, configuration, run } = job;
  const { RepositoryName = "" } = configuration;
  const image = await imageOf(environment, configuration, overrideOf(job, "IMAGE_DIGEST"));
  const { repositories } = await orActionFailure(
    environment.aws.ecr.describeRepositories({ repositoryNames: [RepositoryName] }),
    ecrService,
  );
  const { imageDigest = "" } = image;
  const ImageURI = `${repositories?.[0]?.repositoryUri}@${imageDigest}`;
  const url = `https://console.aws.amazon.com/ecs/home?region=${environment.region}#/repositories/${RepositoryName}#images;tagStatus=ALL`;
  run.externalExecutionId = imageDigest;
  run.externalExecutionUrl = url;
  return {
    source: {
      revision: { id: imageDigest, url, created: image.imagePushedAt },
      artifact: zipSync({ "imageDetail.json": strToU8(imageDetail(image, ImageURI)) }),
    },
  };
}

const ecrService = "AmazonECR";

async function imageOf(
  { aws }: Environment,
  { RepositoryName: repositoryName, ImageTag: imageTag = "latest" }: Configuration,
  imageDigest?: string,
): Promise<ImageDetail> {
  const imageIds = [imageDigest === undefined ? { imageTag } : { imageDigest }];
  const { imageDetails } = await orActionFailure(
    aws.ecr.describeImages({ repositoryName, imageIds }),
    ecrService,
  );
  return imageDetails?.[0] ?? {};
}

/** Source: CodePipeline user guide, "imageDetail.json file for Amazon ECS blue/green deployment actions". */
function imageDetail(image: ImageDetail, ImageURI: string): string {
  return JSON.stringify({
    ImageSizeInBytes: String(image.imageSizeInBytes),
    ImageDigest: image.imageDigest,
    Version: "1.0",
    ImagePushedAt: javaDate(image.imagePushedAt),
    RegistryId: image.registryId,
    RepositoryName: image.repositoryName,
    ImageURI,
    ImageTags: image.imageTags ?? [],
  });
}

/** `Mon Jan 21 20:04:00 UTC 2019` */
function javaDate(date: Date | undefined): string {
  const [, day, number, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(date?.toUTCString() ?? "") ?? [];
  return `${day} ${month} ${number} ${time} UTC ${year}`;
}

export const sources: ReadonlyMap<string | undefined, Source> = new Map([
  ["CodeCommit", codeCommitSource],
  ["ECR", ecrSource],
  ["S3", s3Source],
]);
