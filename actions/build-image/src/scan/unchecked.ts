import type { ScannedImage } from "./read-scan.ts";

/** Why an image has no scan result. */
export interface Unchecked {
  readonly kind: "unchecked";
  readonly reason: string;
  readonly nextStep?: string;
}

export function notInEcr(host: string): Unchecked {
  return {
    kind: "unchecked",
    reason: `only private ECR repositories scan images, and this image is on ${host}`,
    nextStep: "set scan to none, and scan the image with another tool.",
  };
}

export function mayNotLook(reason: string): Unchecked {
  return {
    kind: "unchecked",
    reason,
    nextStep: "allow ecr:DescribeImageScanFindings in the policy of this job's role.",
  };
}

export function scanningIsOff({ repositoryName }: ScannedImage): Unchecked {
  return {
    kind: "unchecked",
    reason: `scanning is off for the repository ${repositoryName}`,
    nextStep: `turn on scan on push: aws ecr put-image-scanning-configuration --repository-name ${repositoryName} --image-scanning-configuration scanOnPush=true; the next run also scans this image.`,
  };
}

export function neverBegan({ repositoryName }: ScannedImage): Unchecked {
  return {
    kind: "unchecked",
    reason: "ECR did not start a scan of the image",
    nextStep: `check the scanning rules of the registry and the settings of repository ${repositoryName}, or set a longer scan-timeout.`,
  };
}

export function withoutResult(status: string): Unchecked {
  return { kind: "unchecked", reason: `ECR reports the scan as ${status}, but shows no result` };
}
