import { type ECRClient, GetDownloadUrlForLayerCommand, type Image } from "@aws-sdk/client-ecr";
import type { Finding } from "../../shared/findings.ts";
import type { TaskDefinitionInput } from "../../shared/task-definition.ts";
import { type Checking, tryLookUp } from "./checking.ts";

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
export async function checkPlatform(
  checking: Checking,
  ecr: ECRClient,
  found: FoundImage,
): Promise<Finding[]> {
  const wanted = wantedPlatform(checking.taskDefinition);
  if (!wanted) return [];
  const { platforms, findings } = await findPlatforms(checking, ecr, found);
  const fits = platforms.some(({ os, architecture }) => `${os}/${architecture}` === wanted);
  if (fits || platforms.length === 0) return findings;
  const made = platforms.map(({ os, architecture }) => `${os}/${architecture}`).join(", ");
  return [
    {
      text: `image ${found.text} is built for ${made}, but tasks run on ${wanted}`,
      fix: `build it for ${wanted}, or set the task definition's runtimePlatform`,
    },
  ];
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
