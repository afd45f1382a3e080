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
    reason: `only private ECR scans images, and this one is in ${host}`,
    nextStep: "set scan to none, and check the image with a scanner of your own.",
  };
}

export function mayNotLook(reason: string): Unchecked {
  return {
    kind: "unchecked",
    reason,
    nextStep: "allow ecr:DescribeImageScanFindings in the policy of the role this job uses.",
  };
}

export function scanningIsOff({ repositoryName }: ScannedImage): Unchecked {
  return {
    kind: "unchecked",
    reason: `scanning is off for the repository ${repositoryName}`,
    nextStep: `turn on scan on push: aws ecr put-image-scanning-configuration --repository-name ${repositoryName} --image-scanning-configuration scanOnPush=true; the next run scans this image, too.`,
  };
}

export function neverBegan({ repositoryName }: ScannedImage): Unchecked {
  return {
    kind: "unchecked",
    reason: "ECR began no scan of the image",
    nextStep: `look at the scanning rules of the registry and the settings of the repository ${repositoryName}, or give a longer scan-timeout.`,
  };
}

export function withoutResult(status: string): Unchecked {
  return { kind: "unchecked", reason: `ECR calls the scan ${status}, but shows no result of it` };
}
