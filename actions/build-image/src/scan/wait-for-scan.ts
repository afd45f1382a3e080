import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  type ImageScanStatus,
  paginateDescribeImageScanFindings,
  StartImageScanCommand,
} from "@aws-sdk/client-ecr";
import { explainAwsError, isAccessDenied } from "../../../shared/aws-errors.ts";
import { createPace } from "../../../shared/pace.ts";
import { persist } from "../../../shared/registry/destination/ecr.ts";
import { shortDigest } from "../../../shared/registry/oci.ts";
import type { BuildEnvironment } from "../builder.ts";
import { type Finding, readFindings } from "./finding.ts";

export type Scanned =
  | { readonly kind: "found"; readonly findings: readonly Finding[] }
  | Unchecked
  | { readonly kind: "unfinished"; readonly status: string };

/** A scan on push appears within seconds; without one the image was pushed before scanning was turned on. */
const appearsWithinMs = 30_000;
/** Findings follow the word COMPLETE by seconds. */
const resultWithinMs = 60_000;
/**
 * A basic scan does not renew itself, and ECR allows one a day. ECR user guide, "Scan images for OS vulnerabilities".
 */
const staleAfterMs = 24 * 60 * 60 * 1000;

interface Watch {
  readonly image: ScannedImage;
  readonly environment: BuildEnvironment;
  readonly begunAt: number;
  /** There was no scan, and one was started. */
  asked: boolean;
  /** When the previous scan ended, if it was too old and a new one was started. */
  renewed: Date | undefined;
}

type Look = { readonly ending: Scanned } | { readonly status: string };

/** Polls until the image's scan has a result, none can exist, or the deadline (ms since the epoch) has passed. */
export async function waitForScan(
  image: ScannedImage,
  deadlineAt: number,
  environment: BuildEnvironment,
): Promise<Scanned> {
  const { clock, log, signal } = environment;
  const watch: Watch = { image, environment, begunAt: clock.now(), asked: false, renewed: undefined };
  const pace = createPace();
  let before: string | undefined;
  for (;;) {
    const overdue = clock.now() >= deadlineAt;
    const look = await lookAt(watch, overdue);
    if ("ending" in look) return look.ending;
    if (overdue) return { kind: "unfinished", status: look.status };
    const changed = look.status !== before;
    if (changed) log.info(`Scan of ${shortDigest(image.digest)}: ${look.status}`);
    before = look.status;
    const pause = Math.min(pace.next(changed), Math.max(0, deadlineAt - clock.now()));
    await clock.wait(pause, signal);
  }
}

async function lookAt(watch: Watch, overdue: boolean): Promise<Look> {
  const { image, environment, begunAt } = watch;
  const age = environment.clock.now() - begunAt;
  const call = () => readScan(image, environment.signal);
  const state = await persist("read the scan", call, environment).catch(deniedAsState);
  switch (state.kind) {
    case "running":
      return { status: state.status };
    case "done":
      return readResult(watch, state);
    case "absent":
      if (!overdue) return findScan(watch, age);
      return unchecked(
        "ECR did not start a scan of the image",
        `check the scanning rules of the registry and the settings of repository ${image.repositoryName}, or set a longer scan-timeout.`,
      );
    case "empty":
      if (overdue || age >= resultWithinMs)
        return unchecked(`ECR reports the scan as ${state.status}, but shows no result`);
      return { status: `${state.status}, without a result` };
    case "impossible":
      return unchecked(state.reason);
    case "denied":
      return unchecked(
        state.message,
        "allow ecr:DescribeImageScanFindings in the policy of this job's role.",
      );
  }
}

/** Starts a scan when none begins although pushes are scanned: the image may be older than that setting. */
async function findScan(watch: Watch, age: number): Promise<Look> {
  const { image, environment, asked } = watch;
  const call = () => scansOnPush(image, environment.signal);
  const on = await persist("read how images are scanned", call, environment);
  const { repositoryName } = image;
  if (on === false)
    return unchecked(
      `scanning is off for the repository ${repositoryName}`,
      `turn on scan on push: aws ecr put-image-scanning-configuration --repository-name ${repositoryName} --image-scanning-configuration scanOnPush=true; the next run also scans this image.`,
    );
  if (!asked && age >= appearsWithinMs) {
    watch.asked = true;
    const refusal = await startScan(image, environment);
    if (refusal) environment.log.info(`Could not start a scan: ${refusal}`);
  }
  return { status: "not started" };
}

/**
 * Starts a new scan when the last one of an existing image is old: only a new one knows vulnerabilities found since.
 */
async function readResult(watch: Watch, state: Extract<ScanState, { kind: "done" }>): Promise<Look> {
  const { image, environment, renewed } = watch;
  const { at, findings, status } = state;
  const ending: Scanned = { kind: "found", findings };
  const isOld = at !== undefined && environment.clock.now() - at.getTime() > staleAfterMs;
  // Amazon Inspector keeps ACTIVE results up to date.
  if (!isOld || status === "ACTIVE") return { ending };
  // Compares with the previous scan instead of the age: a runner's clock may be wrong.
  if (renewed) return at > renewed ? { ending } : { status: "starting a new scan" };
  const refusal = await startScan(image, environment);
  if (refusal) {
    environment.log.info(
      `The scan is from ${at.toISOString()}, and a new one could not be started: ${refusal}`,
    );
    return { ending };
  }
  watch.renewed = at;
  return { status: "starting a new scan" };
}

function deniedAsState(error: unknown) {
  if (!isAccessDenied(error)) throw error;
  return { kind: "denied" as const, message: explainAwsError(error)?.message ?? String(error) };
}

/**
 * Starts a scan. Returns why AWS refused it, or undefined: ECR allows one a day, and no manual one with Amazon
 * Inspector.
 */
async function startScan(
  { client, registryId, repositoryName, digest }: ScannedImage,
  environment: BuildEnvironment,
): Promise<string | undefined> {
  const imageId = { imageDigest: digest };
  const command = new StartImageScanCommand({ registryId, repositoryName, imageId });
  const call = () => client.send(command, { abortSignal: environment.signal });
  try {
    await persist("start a scan", call, environment);
    return undefined;
  } catch (error) {
    const { name, message, $fault } = error as Error & { $fault?: string };
    if ($fault !== "client") throw error;
    return `${name}: ${message}`;
  }
}

/**
 * Returns whether a push starts a scan, by the rules of the registry or the repository's own setting. Undefined when
 * AWS denies reading it: in another account's registry only the repository's setting can be read.
 */
async function scansOnPush(image: ScannedImage, signal: AbortSignal): Promise<boolean | undefined> {
  const { client, registryId, repositoryName } = image;
  const rules = new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [repositoryName] });
  const { scanningConfigurations = [] } =
    (await client.send(rules, { abortSignal: signal }).catch(withoutAccess)) ?? {};
  const own = scanningConfigurations.find(({ repositoryArn }) => accountOf(repositoryArn) === registryId);
  if (own) return own.scanOnPush === true || own.scanFrequency === "CONTINUOUS_SCAN";

  const repository = new DescribeRepositoriesCommand({ registryId, repositoryNames: [repositoryName] });
  const answer = await client.send(repository, { abortSignal: signal }).catch(withoutAccess);
  return answer?.repositories?.[0]?.imageScanningConfiguration?.scanOnPush || undefined;
}

/** Reads the account from arn:aws:ecr:region:account:repository/name. */
function accountOf(arn = ""): string | undefined {
  return arn.split(":")[4];
}

function withoutAccess(error: unknown): undefined {
  if (!isAccessDenied(error)) throw error;
}

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

function unchecked(reason: string, nextStep?: string): { readonly ending: Unchecked } {
  return { ending: { kind: "unchecked", reason, ...(nextStep && { nextStep }) } };
}

/** State of one image's scan in ECR now. */
type ScanState =
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

interface ScannedImage {
  readonly client: ECRClient;
  readonly registryId: string;
  readonly repositoryName: string;
  /** Digest of the image's manifest, not of an index. */
  readonly digest: string;
}

/** ECR API reference, DescribeImageScanFindings: the maximum of one page. */
const pageSize = 1000;

async function readScan(image: ScannedImage, signal: AbortSignal): Promise<ScanState> {
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
