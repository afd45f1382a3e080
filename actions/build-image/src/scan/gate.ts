import { explainAwsError } from "../../../shared/aws-errors.ts";
import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import type { BuildEnvironment } from "../environment.ts";
import type { ScanGateInputs, ScanInputs } from "./inputs.ts";
import { platformImages } from "./platforms.ts";
import type { SeverityCounts } from "./severity.ts";
import { summarizeScan } from "./summarize.ts";
import { notInEcr } from "./unchecked.ts";
import { checkFindings, type Verdict } from "./verdict.ts";

export interface ScanOutcome {
  readonly status: Verdict["status"];
  /** Undefined when there was no result to count. */
  readonly counts: SeverityCounts | undefined;
  /** Markdown for the job summary. */
  readonly summary: string;
  /** Failure to throw after outputs and summary are written. */
  readonly failure: Failure | undefined;
}

export interface ScanSubject {
  readonly destination: Destination;
  /** Manifest of the image, or of an index of images. */
  readonly manifest: FetchedManifest;
}

/** Returns undefined when no scan is wanted. Rejects only when the run is cancelled. */
export async function checkScan(
  subject: ScanSubject,
  inputs: ScanInputs,
  environment: BuildEnvironment,
): Promise<ScanOutcome | undefined> {
  if (!inputs.wait) return undefined;
  const { log, signal } = environment;
  const verdict = await check(subject, inputs, environment).catch((error) => {
    if (signal.aborted) throw error;
    return brokenOff(error, inputs);
  });
  const { status, message, nextStep, counts, needless } = verdict;
  const text = `${message}${nextStep ? `. Next step: ${nextStep}` : ""}`;
  if (status === "passed") log.info(message);
  if (status === "could-not-check") log.warning(text);
  if (needless.length > 0) log.info(`No image has these findings of ignore-findings: ${needless.join(", ")}`);
  const failure = status === "failed" ? failed(verdict, subject) : undefined;
  return { status, counts, summary: summarizeScan(verdict), failure };
}

async function check(
  subject: ScanSubject,
  inputs: ScanGateInputs,
  environment: BuildEnvironment,
): Promise<Verdict> {
  // Loads ECR's client, which a run without a gate or with another registry does not need.
  const { waitForScan } = await import("./wait-for-scan.ts");
  const { clock } = environment;
  const { ecr, host } = subject.destination;
  const deadlineAt = clock.now() + inputs.timeoutMs;
  const images = platformImages(subject.manifest);
  const scans = images.map(async ({ platform, digest }) => {
    const scanned = ecr ? await waitForScan({ ...ecr, digest }, deadlineAt, environment) : notInEcr(host);
    return { platform, scanned };
  });
  // After a failure, the results of other platforms' scans do not matter.
  await Promise.allSettled(scans);
  return checkFindings(await Promise.all(scans), inputs);
}

/** AWS refused or was unavailable: the result is unknown, so the gate stays closed. */
function brokenOff(error: unknown, { failOn }: ScanGateInputs): Verdict {
  const failure = error instanceof Failure ? error : explainAwsError(error);
  return {
    status: failOn === "none" ? "could-not-check" : "failed",
    message: `ECR's scan could not be read: ${failure?.message ?? (error as Error).message}`,
    nextStep: failure?.nextStep ?? "run the job again, which does not build again.",
    counts: undefined,
    findings: [],
    ignored: [],
    needless: [],
  };
}

function failed({ message, nextStep = "" }: Verdict, { destination, manifest }: ScanSubject): Failure {
  return new Failure(message, {
    nextStep: `${nextStep} The image stays in the registry as ${destination.uri}@${manifest.digest}.`,
  });
}
