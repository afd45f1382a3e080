import type { ImageIdentifier, ImageScanFinding } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { findImage } from "./images.ts";
import type { Scan } from "./scans.ts";
import { type EcrState, invalidParameter, page } from "./state.ts";

interface ImageRequest {
  registryId?: string | undefined;
  repositoryName: string | undefined;
  imageId: ImageIdentifier | undefined;
}

/**
 * Basic scanning with AWS's own technology. DescribeImages does not show it: ECR user guide, "Scan images for software
 * vulnerabilities".
 */
export function scanOperations({ environment, repositories, find, scans }: EcrState): Operations<"ecr"> {
  const findScannable = (input: ImageRequest) => {
    const { images, description } = find(input);
    const { imageId = {} } = input;
    const { registryId, repositoryName } = description;
    const place = `the repository with name '${repositoryName}' in the registry with id '${registryId}'`;
    const found = findImage(images, imageId);
    if ("manifest" in found) {
      const { digest } = found.manifest;
      const named = {
        registryId,
        repositoryName,
        imageId: { imageDigest: digest, imageTag: imageId.imageTag },
      };
      return { manifest: found.manifest, named, place };
    }
    if (found.failureCode !== "ImageNotFound") throw invalidParameter("imageId", found.failureReason);
    throw new AwsError(
      "ImageNotFoundException",
      `The image with imageId ${inWords(imageId)} does not exist within ${place}`,
    );
  };

  return {
    startImageScan(input) {
      const { manifest, named } = findScannable(input);
      return { ...named, imageScanStatus: statusOf(scans.start(manifest)) };
    },

    describeImageScanFindings(input) {
      const { manifest, named, place } = findScannable(input);
      const scan = scans.of(manifest);
      if (!scan)
        throw new AwsError(
          "ScanNotFoundException",
          `Image scan does not exist for the image with '${inWords(input.imageId)}' in ${place}`,
        );
      if (!scan.completed) return { ...named, imageScanStatus: statusOf(scan) };
      const { items, nextToken } = page(scan.completed.findings, input);
      return {
        ...named,
        imageScanStatus: statusOf(scan),
        imageScanFindings: {
          imageScanCompletedAt: scan.completed.at,
          vulnerabilitySourceUpdatedAt: scan.startedAt,
          findingSeverityCounts: countSeverities(scan.completed.findings),
          findings: items,
        },
        nextToken,
      };
    },

    batchGetRepositoryScanningConfiguration({ repositoryNames = [] }) {
      const known = repositoryNames.flatMap((name) => repositories.get(name) ?? []);
      const unknown = repositoryNames.filter((name) => !repositories.has(name));
      return {
        scanningConfigurations: known.map(({ description }) => {
          const { repositoryArn, repositoryName, imageScanningConfiguration } = description;
          const scanOnPush = imageScanningConfiguration?.scanOnPush === true;
          const scanFrequency = scanOnPush ? ("SCAN_ON_PUSH" as const) : ("MANUAL" as const);
          return { repositoryArn, repositoryName, scanOnPush, scanFrequency, appliedScanFilters: [] };
        }),
        failures: unknown.map((name) => ({
          repositoryName: name,
          failureCode: "REPOSITORY_NOT_FOUND" as const,
          failureReason: `The repository with name '${name}' does not exist in the registry with id '${environment.accountId}'`,
        })),
      };
    },
  };
}

function statusOf({ status, description }: Scan) {
  return { status, description };
}

function inWords({ imageDigest = "null", imageTag = "null" }: ImageIdentifier = {}): string {
  return `{imageDigest:'${imageDigest}', imageTag:'${imageTag}'}`;
}

function countSeverities(findings: readonly ImageScanFinding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { severity = "UNDEFINED" } of findings) counts[severity] = (counts[severity] ?? 0) + 1;
  return counts;
}
