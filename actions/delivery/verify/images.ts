import {
  BatchGetImageCommand,
  DescribePullThroughCacheRulesCommand,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
  type Image,
} from "@aws-sdk/client-ecr";
import { type Finding, fault, note, tryLookUp, unchecked } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import { ecrRegion } from "../../registry/ecr-login.ts";
import { type ImageName, parseImageName } from "../../registry/image-name.ts";
import { mediaTypes } from "../../registry/oci.ts";
import { isOwn } from "../../registry/own-repository.ts";
import { type Checking, isFilledIn } from "./checking.ts";

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

/** Finds the image that a name points to now, with the client of its registry; findings say why none was found. */
export async function findInEcr(
  checking: Checking,
  text: string,
): Promise<{ ecr?: ECRClient; image?: Image; findings: Finding[] }> {
  const name = parseImageName(text);
  if (!name)
    return {
      findings: fault(
        `"${text}" is not a valid image name`,
        "write <repository>:<tag> or <repository>@<digest>",
      ),
    };
  const region = ecrRegion(name.host);
  const ecr = await checking.clients.ecr(region);
  if (region === undefined) {
    const { own, findings } = await isOwn(checking, ecr, name);
    if (!own) return { findings };
  }
  return { ecr, ...(await findImage(checking, ecr, name, text)) };
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
  const { value, findings } = await tryLookUp(checking, `image ${text}`, (options) =>
    ecr.send(command, options).catch(emptyWithoutRepository),
  );
  const image = value?.images?.[0];
  if (!value || image) return image ? { image, findings } : { findings };
  if (checking.imagesFollow)
    return {
      findings: note(`Image ${text} is not in ECR yet; it has to be pushed before the deployment.`),
    };
  return { findings: await checkMissing(checking, ecr, { repository: repositoryName, registryId, text }) };
}

function emptyWithoutRepository(error: Error): { images?: Image[] } {
  if (error.name !== "RepositoryNotFoundException") throw error;
  return {};
}

function registryOf(host: string): string | undefined {
  return ecrRegion(host) ? host.slice(0, host.indexOf(".")) : undefined;
}

/**
 * Decides whether an image missing from ECR is a fault. It is not a fault if a pull through cache rule fetches it at the first
 * pull (ECR user guide, "Sync an upstream registry": rules match the repository's prefix, ROOT matches all).
 */
async function checkMissing(
  checking: Checking,
  ecr: ECRClient,
  { repository, registryId, text }: { repository: string; registryId: string | undefined; text: string },
): Promise<Finding[]> {
  const command = new DescribePullThroughCacheRulesCommand({ registryId });
  const { value } = await tryLookUp(checking, "pull through cache rules", (options) =>
    ecr.send(command, options),
  );
  const rules = value?.pullThroughCacheRules ?? [];
  const brought = rules.some(
    ({ ecrRepositoryPrefix: prefix = "" }) => prefix === "ROOT" || repository.startsWith(`${prefix}/`),
  );
  const missing = `image ${text} is not in ECR`;
  if (brought) return note(`${missing} yet: a pull through cache rule brings it.`);
  if (value || !repository.includes("/"))
    return fault(missing, "push it, or use an existing one (aws ecr describe-images)");
  return unchecked(`${missing}, unless a pull through cache rule brings it`);
}

interface FoundImage {
  readonly image: Image;
  /** The image as the task definition has it. */
  readonly text: string;
}

/**
 * Platform in an OCI image index, image manifest or image configuration (image-spec v1.1), or Docker's forms of them.
 */
interface Platform {
  readonly os?: string;
  readonly architecture?: string;
}
interface Manifest {
  readonly manifests?: readonly { readonly platform?: Platform }[];
  readonly config?: { readonly digest: string };
}

/** Checks that the image, or one of an index, is built for the task definition's runtimePlatform. */
async function checkPlatform(checking: Checking, ecr: ECRClient, found: FoundImage): Promise<Finding[]> {
  const wanted = wantedPlatform(checking.taskDefinition);
  if (!wanted) return [];
  const { platforms, findings } = await findPlatforms(checking, ecr, found);
  const fits = platforms.some(({ os, architecture }) => `${os}/${architecture}` === wanted);
  if (fits || platforms.length === 0) return findings;
  const made = platforms.map(({ os, architecture }) => `${os}/${architecture}`).join(", ");
  return fault(
    `image ${found.text} is built for ${made}, but tasks run on ${wanted}`,
    `build it for ${wanted}, or set the task definition's runtimePlatform`,
  );
}

/**
 * Returns undefined where any platform will do: only on Fargate does a missing runtimePlatform mean LINUX on X86_64
 * (API reference, RuntimePlatform).
 */
function wantedPlatform({
  runtimePlatform,
  requiresCompatibilities,
}: TaskDefinitionInput): string | undefined {
  const { operatingSystemFamily, cpuArchitecture } = runtimePlatform ?? {};
  if (!cpuArchitecture && !requiresCompatibilities?.includes("FARGATE")) return undefined;
  const os = operatingSystemFamily?.startsWith("WINDOWS") ? "windows" : "linux";
  return `${os}/${cpuArchitecture === "ARM64" ? "arm64" : "amd64"}`;
}

async function findPlatforms(
  checking: Checking,
  ecr: ECRClient,
  found: FoundImage,
): Promise<{ platforms: Platform[]; findings: Finding[] }> {
  const { manifests, config } = JSON.parse(found.image.imageManifest ?? "{}") as Manifest;
  if (manifests)
    return { platforms: manifests.flatMap(({ platform }) => knownPlatform(platform)), findings: [] };
  if (!config)
    return { platforms: [], findings: [unknown(found.text, "its manifest names no configuration")] };
  const { value, findings } = await tryLookUp(
    checking,
    `the platform of image ${found.text}`,
    (options) => ecr.send(layerCommand(found, config.digest), options),
    { LayersNotFoundException: unknown(found.text, "ECR does not have its configuration") },
  );
  if (!value?.downloadUrl) return { platforms: [], findings };
  try {
    const response = await fetch(value.downloadUrl, { signal: checking.signal });
    if (!response.ok) throw new Error(`the request for its configuration returned ${response.status}`);
    return { platforms: knownPlatform((await response.json()) as Platform), findings };
  } catch (error) {
    return { platforms: [], findings: [unknown(found.text, (error as Error).message)] };
  }
}

/** ECR serves a configuration like a layer. */
function layerCommand({ image }: FoundImage, layerDigest: string): GetDownloadUrlForLayerCommand {
  const { registryId, repositoryName } = image;
  return new GetDownloadUrlForLayerCommand({ registryId, repositoryName, layerDigest });
}

/** Attestations in an index have the platform unknown/unknown (BuildKit, "Attestation storage"). */
function knownPlatform(platform: Platform | undefined): Platform[] {
  return platform?.os && platform.os !== "unknown" && platform.architecture ? [platform] : [];
}

function unknown(image: string, why: string): Finding {
  return { text: `the platform of image ${image}: ${why}`, kind: "unchecked" };
}
