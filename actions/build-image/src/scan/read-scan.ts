import { type ECRClient, type ImageScanStatus, paginateDescribeImageScanFindings } from "@aws-sdk/client-ecr";
import { type Finding, readFindings } from "./finding.ts";

/** State of one image's scan in ECR now. */
export type ScanState =
  | { readonly kind: "absent" }
  | { readonly kind: "running"; readonly status: string }
  /**
   * The scan is complete, but neither findings nor a time of the scan exist. Seen with enhanced scanning:
   * aws/aws-sdk#289.
   */
  | { readonly kind: "empty"; readonly status: string }
  | {
      readonly kind: "done";
      readonly status: string;
      readonly at: Date | undefined;
      readonly findings: Finding[];
    }
  | { readonly kind: "impossible"; readonly reason: string };

export interface ScannedImage {
  readonly client: ECRClient;
  readonly registryId: string;
  readonly repositoryName: string;
  /** Digest of the image's manifest, not of an index. */
  readonly digest: string;
}

/** ECR API reference, DescribeImageScanFindings: the maximum of one page. */
const pageSize = 1000;

export async function readScan(image: ScannedImage, signal: AbortSignal): Promise<ScanState> {
  try {
    return await readPages(image, signal);
  } catch (error) {
    if (error instanceof Error && error.name === "ScanNotFoundException") return { kind: "absent" };
    throw error;
  }
}

async function readPages(image: ScannedImage, signal: AbortSignal): Promise<ScanState> {
  const { client, registryId, repositoryName, digest } = image;
  const request = { registryId, repositoryName, imageId: { imageDigest: digest } };
  // The paginator passes its further arguments to the client's send.
  const pages = paginateDescribeImageScanFindings({ client, pageSize }, request, { abortSignal: signal });
  const findings: Finding[] = [];
  let at: Date | undefined;
  let status: ImageScanStatus = {};
  for await (const { imageScanStatus, imageScanFindings } of pages) {
    status = imageScanStatus ?? status;
    const other = stateWithoutResult(status);
    if (other) return other;
    at = imageScanFindings?.imageScanCompletedAt ?? at;
    findings.push(...readFindings(imageScanFindings ?? {}));
  }
  const name = status.status ?? "";
  if (at === undefined && findings.length === 0) return { kind: "empty", status: name };
  return { kind: "done", status: name, at, findings };
}

/**
 * Why there are no findings to check, by the status of the scan; ECR's own description has more detail where there is
 * one.
 */
const impossible: Record<string, string> = {
  FAILED: "the scan failed",
  UNSUPPORTED_IMAGE: "ECR cannot scan an image of this kind",
  SCAN_ELIGIBILITY_EXPIRED: "the image is too old for a scan by Amazon Inspector",
  FINDINGS_UNAVAILABLE: "ECR has no findings for this image",
  LIMIT_EXCEEDED: "the account has reached its scan limit",
  IMAGE_ARCHIVED: "the image is archived",
};

function stateWithoutResult({ status, description }: ImageScanStatus): ScanState | undefined {
  if (status === "COMPLETE" || status === "ACTIVE") return undefined;
  if (status === "IN_PROGRESS" || status === "PENDING") return { kind: "running", status };
  const reason = impossible[status ?? ""] ?? "this action does not know this status";
  return { kind: "impossible", reason: `${reason} (${[status, description].filter(Boolean).join(": ")})` };
}
