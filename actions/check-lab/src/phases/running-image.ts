import type { Task } from "@aws-sdk/client-ecs";
import { hint } from "../choices.ts";
import type { Lab } from "../lab.ts";
import { Missing, type Outcome, unchecked, verdict } from "../outcome.ts";
import { nameOfService, otherThan, repositoryIn, type ServiceName } from "../parts.ts";

/** Compares the digests of the running tasks with the image that the tag has now. */
export async function checkRunningImage({ account, roles }: Lab, name: ServiceName): Promise<Outcome> {
  const service = await roles.service(name);
  const { clusterArn = "", serviceName = "", taskSets = [] } = service;
  const shown = nameOfService(service);
  const { repositoryName = "" } = await roles.imageRepository(name);
  const newest = await account.image(repositoryName, "latest");
  if (!newest) throw new Missing(`${repositoryName} has no image with the tag latest`);
  const { name: pipeline = "" } = (await hint(roles.pipeline(name))) ?? {};
  const [run] = (await hint(account.pipelineRuns(pipeline))) ?? [];
  if (taskSets.length > 1 || run?.status === "InProgress")
    return unchecked(`${shown} is being deployed; check again when that has ended`);
  const ran = imagesOf(await account.runningTasks(clusterArn, serviceName), name);
  if (ran.length === 0) throw new Missing(`${shown} runs no task`);
  const { imageDigest = "" } = newest;
  // An index is another manifest than those that tasks run; asks for it only then.
  const isNewest = ran.every(({ digest }) => digest === imageDigest);
  const wanted = isNewest ? [imageDigest] : await account.digestsUnder(repositoryName, imageDigest);
  const problems: string[] = [];
  const { repositoryName: theirs = "" } = (await hint(roles.imageRepository(otherThan(name)))) ?? {};
  const other = theirs ? await hint(account.image(theirs, "latest")) : undefined;
  if (other?.imageDigest === imageDigest && theirs !== repositoryName)
    problems.push(`${repositoryName}:latest and ${theirs}:latest are the same image, ${imageDigest}`);
  for (const { image, digest } of ran) {
    if (repositoryIn(image) !== repositoryName)
      problems.push(`${shown} runs ${image}, which is not of the repository ${repositoryName}`);
    else if (digest && !wanted.includes(digest)) {
      const pushed = (await account.image(repositoryName, digest))?.imagePushedAt;
      const isNewer = pushed && newest.imagePushedAt && pushed > newest.imagePushedAt;
      const both = `${digest} (pushed ${time(pushed)}); ${repositoryName}:latest is ${imageDigest}`;
      if (!isNewer)
        problems.push(`${shown} runs ${both} (pushed ${time(newest.imagePushedAt)}), which is newer`);
    }
  }
  return verdict(problems, `${shown} runs ${ran.map(({ digest, image }) => digest ?? image).join(", ")}`, {
    ...(pipeline && { cli: `aws codepipeline start-pipeline-execution --name ${pipeline}` }),
  });
}

const time = (date: Date | undefined) => date?.toISOString() ?? "at an unknown time";

/** Each image of the service's container once. */
function imagesOf(
  tasks: readonly Task[],
  name: ServiceName,
): { image: string; digest: string | undefined }[] {
  const ran = tasks.flatMap(({ containers = [] }) => {
    const own = containers.find((container) => container.name === name) ?? containers[0];
    return own ? [{ image: own.image ?? "", digest: own.imageDigest }] : [];
  });
  return ran.filter(({ digest }, index) => ran.findIndex((each) => each.digest === digest) === index);
}
