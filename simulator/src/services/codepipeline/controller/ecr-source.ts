import type { ImageDetail } from "@aws-sdk/client-ecr";
import { strToU8, zipSync } from "fflate";
import type { Environment } from "../../../environment.ts";
import { type ActionJob, type ActionResult, orActionFailure, overrideOf, type Source } from "./action.ts";

type Configuration = Readonly<Record<string, string>>;

/** Source: the image of a tag ("Amazon ECR source action reference", CodePipeline user guide). */
export const ecrSource: Source = {
  perform: takeImage,
  // Only events start executions: there is no PollForSourceChanges.
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
    service,
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

const service = "AmazonECR";

async function imageOf(
  { aws }: Environment,
  { RepositoryName: repositoryName, ImageTag: imageTag = "latest" }: Configuration,
  imageDigest?: string,
): Promise<ImageDetail> {
  const imageIds = [imageDigest === undefined ? { imageTag } : { imageDigest }];
  const { imageDetails } = await orActionFailure(
    aws.ecr.describeImages({ repositoryName, imageIds }),
    service,
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
