import {
  BatchGetImageCommand,
  DescribePullThroughCacheRulesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  type Image,
} from "@aws-sdk/client-ecr";
import type { Finding } from "../../shared/findings.ts";
import { ecrRegion } from "../../shared/registry/ecr-login.ts";
import { type ImageName, parseImageName } from "../../shared/registry/image-name.ts";
import { mediaTypes } from "../../shared/registry/oci.ts";
import { type Checking, isFilledIn, tryLookUp } from "./checking.ts";
import { checkPlatform } from "./image-platform.ts";

/** Checks that the containers' images are in ECR and built for the tasks' platform. Other registries are not read. */
export async function checkImages(checking: Checking): Promise<Finding[]> {
  const { containerDefinitions = [] } = checking.taskDefinition;
  const images = new Set(containerDefinitions.map(({ image }) => image).filter(isFilledIn));
  const found = await Promise.all([...images].map((image) => checkImage(checking, image)));
  return found.flat();
}

async function checkImage(checking: Checking, text: string): Promise<Finding[]> {
  const { ecr, image, findings } = await findInEcr(checking, text);
  if (!image || !ecr) return findings;
  return [...findings, ...(await checkPlatform(checking, ecr, { image, text }))];
}

/** Finds the image that a name points to now, with the client of its registry; findings say why there is none. */
export async function findInEcr(
  checking: Checking,
  text: string,
): Promise<{ ecr?: ECRClient; image?: Image; findings: Finding[] }> {
  const name = parseImageName(text);
  if (!name)
    return {
      findings: [
        {
          text: `"${text}" is not a valid image name`,
          fix: "write <repository>:<tag> or <repository>@<digest>",
        },
      ],
    };
  const region = ecrRegion(name.host);
  const ecr = await checking.clients.ecr(region);
  if (region === undefined) {
    const { own, findings } = await isOwn(checking, ecr, name);
    if (!own) return { findings };
  }
  return { ecr, ...(await findImage(checking, ecr, name, text)) };
}

/** Checks with ECR whether the repository is one of this account, when the registry's name does not show it. */
async function isOwn(
  checking: Checking,
  ecr: ECRClient,
  { name, repository }: ImageName,
): Promise<{ own: boolean; findings: Finding[] }> {
  const elsewhere: Finding = {
    text: `Image ${repository} is not in this account's ECR: it was not checked before the deployment.`,
    kind: "note",
  };
  const { value, findings } = await tryLookUp(
    checking,
    `image ${repository}`,
    (options) => ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options),
    { RepositoryNotFoundException: elsewhere, InvalidParameterException: elsewhere },
  );
  if (!value) return { own: false, findings };
  const own = value.repositories?.[0]?.repositoryUri === repository;
  return { own, findings: own ? [] : [elsewhere] };
}

async function findImage(
  checking: Checking,
  ecr: ECRClient,
  { host, name: repositoryName, tag, digest }: ImageName,
  text: string,
): Promise<{ image?: Image; findings: Finding[] }> {
  const registryId = registryOf(host);
  const command = new BatchGetImageCommand({
    registryId,
    repositoryName,
    imageIds: [digest ? { imageDigest: digest } : { imageTag: tag }],
    acceptedMediaTypes: [
      mediaTypes.index,
      mediaTypes.dockerIndex,
      mediaTypes.manifest,
      mediaTypes.dockerManifest,
    ],
  });
  const { value, findings } = await tryLookUp(
    checking,
    `image ${text}`,
    (options) => ecr.send(command, options).catch(emptyWithoutRepository),
    {},
  );
  const image = value?.images?.[0];
  if (!value || image) return image ? { image, findings } : { findings };
  if (checking.imagesFollow)
    return {
      findings: [
        { text: `Image ${text} is not in ECR yet; it has to be pushed before the deployment.`, kind: "note" },
      ],
    };
  const fault = {
    text: `there is no image ${text} in ECR`,
    fix: "push it, or use an existing one (aws ecr describe-images)",
  };
  return {
    findings: [await checkMissing(checking, ecr, { repository: repositoryName, registryId, fault })],
  };
}

function emptyWithoutRepository(error: Error): { images?: Image[] } {
  if (error.name !== "RepositoryNotFoundException") throw error;
  return {};
}

function registryOf(host: string): string | undefined {
  return ecrRegion(host) ? host.slice(0, host.indexOf(".")) : undefined;
}

/**
 * Decides whether an image missing from ECR is a fault. It is none if a pull through cache rule fetches it at the first
 * pull (ECR user guide, "Sync an upstream registry": rules match the repository's prefix, ROOT matches all).
 */
export async function checkMissing(
  checking: Checking,
  ecr: ECRClient,
  { repository, registryId, fault }: { repository: string; registryId: string | undefined; fault: Finding },
): Promise<Finding> {
  const command = new DescribePullThroughCacheRulesCommand({ registryId });
  const { value } = await tryLookUp(
    checking,
    "pull through cache rules",
    (options) => ecr.send(command, options),
    {},
  );
  const rules = value?.pullThroughCacheRules ?? [];
  const brought = rules.some(
    ({ ecrRepositoryPrefix: prefix = "" }) => prefix === "ROOT" || repository.startsWith(`${prefix}/`),
  );
  if (brought) return { text: `${fault.text} yet: a pull through cache rule brings it.`, kind: "note" };
  if (value || !repository.includes("/")) return fault;
  return { text: `${fault.text}, unless a pull through cache rule brings it`, kind: "unchecked" };
}
