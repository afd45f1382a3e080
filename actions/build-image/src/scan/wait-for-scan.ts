import {
  BatchGetRepositoryScanningConfigurationCommand,
  DescribeRepositoriesCommand,
  StartImageScanCommand,
} from "@aws-sdk/client-ecr";
import { explainAwsError, isAccessDenied } from "../../../shared/aws-errors.ts";
import { createPace } from "../../../shared/pace.ts";
import { persist } from "../../../shared/registry/destination/ecr.ts";
import type { BuildEnvironment } from "../builder.ts";
import { shortDigest } from "../text.ts";
import type { Finding } from "./finding.ts";
import { readScan, type ScannedImage, type ScanState } from "./read-scan.ts";

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
      return overdue ? { ending: neverBegan(image) } : findScan(watch, age);
    case "empty":
      if (overdue || age >= resultWithinMs) return { ending: withoutResult(state.status) };
      return { status: `${state.status}, without a result` };
    case "impossible":
      return { ending: { kind: "unchecked", reason: state.reason } };
    case "denied":
      return { ending: mayNotLook(state.message) };
  }
}

/** Starts a scan when none begins although pushes are scanned: the image may be older than that setting. */
async function findScan(watch: Watch, age: number): Promise<Look> {
  const { image, environment, asked } = watch;
  const call = () => scansOnPush(image, environment.signal);
  const on = await persist("read how images are scanned", call, environment);
  if (on === false) return { ending: scanningIsOff(image) };
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
