import type { ECR, ImageIdentifier, ImageScanFinding } from "@aws-sdk/client-ecr";
import { AwsError } from "../../errors.ts";
import { severities } from "../../planes/scanner/advisories.ts";
import type { ScanFinding } from "../../planes/scanner/scanner.ts";
import type { Operations } from "../api.ts";
import { findImage } from "./image-identifiers.ts";
import { page } from "./page.ts";
import type { Scan } from "./scans.ts";
import { type EcrState, invalidParameter } from "./state.ts";

interface ImageRequest {
  registryId?: string | undefined;
  repositoryName: string | undefined;
  imageId: ImageIdentifier | undefined;
}

/**
 * Basic scanning with AWS's own technology. DescribeImages shows nothing of it: ECR user guide, "Scan images for
 * software vulnerabilities".
 */
export function scanOperations({ find, scans }: EcrState): Operations<ECR> {
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
          vulnerabilitySourceUpdatedAt: scans.advisoriesFrom,
          findingSeverityCounts: countSeverities(scan.completed.findings),
          findings: items.map(describe),
        },
        nextToken,
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

function countSeverities(findings: readonly ScanFinding[]) {
  const counts = severities.map(
    (severity) =>
      [severity, findings.filter(({ advisory }) => advisory.severity === severity).length] as const,
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

function describe({ advisory, version }: ScanFinding): ImageScanFinding {
  const { name, description, uri, severity, attributes = {} } = advisory;
  const all = { package_name: advisory.package, package_version: version, ...attributes };
  return {
    name,
    description,
    uri,
    severity,
    attributes: Object.entries(all).map(([key, value]) => ({ key, value })),
  };
}
