import { explainAwsError } from "../../../shared/aws-errors.ts";
import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import { escapeText, fold, link, type Markup, markdownTable } from "../../../shared/summary.ts";
import type { BuildEnvironment } from "../builder.ts";
import { type SeverityCounts, severities } from "./finding.ts";
import type { ScanGateInputs, ScanInputs } from "./inputs.ts";
import { checkFindings, platformImages, type RatedFinding, type Verdict } from "./verdict.ts";
import { notInEcr } from "./wait-for-scan.ts";

export interface ScanOutcome {
  readonly status: Verdict["status"];
  /** Undefined when there was no result to count. */
  readonly counts: SeverityCounts | undefined;
  /** Markdown for the job summary. */
  readonly summary: string;
  /** Failure to throw after outputs and summary are written. */
  readonly failure: Failure | undefined;
}

interface ScanSubject {
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

/** As many as a reader will read; the rest is a call away. */
const shownFindings = 50;

const titles = { passed: "passed", failed: "failed", "could-not-check": "could not check" };

/** Returns Markdown for the job summary. */
export function summarizeScan(verdict: Verdict): string {
  const { status, message, nextStep, counts, findings, ignored } = verdict;
  const parts = [escapeText(plain(`${message}${nextStep ? `. Next step: ${nextStep}` : ""}`))];
  if (counts && findings.length > 0)
    parts.push(markdownTable(severities, [severities.map((severity) => String(counts[severity]))]));
  if (findings.length > 0) parts.push(findingsTable(findings));
  const hidden = findings.length - shownFindings;
  if (hidden > 0) parts.push(`${hidden} more: \`aws ecr describe-image-scan-findings\` lists them.`);
  if (ignored.length > 0) parts.push(`Ignored: ${ignored.map(ignoredLine).join(", ")}`);
  return fold(`Scan ${titles[status]}`, parts.join("\n\n"));
}

function ignoredLine(finding: Verdict["ignored"][number]): string {
  return `${linkOf(finding).markdown} (${escapeText(plain(`${finding.severity}, ${finding.reason}`))})`;
}

function findingsTable(findings: readonly RatedFinding[]): string {
  const severalPlatforms = findings.some(({ platforms }) => platforms.some((platform) => platform !== ""));
  const rows = findings
    .slice(0, shownFindings)
    .map((finding) => [
      finding.severity,
      linkOf(finding),
      lines(finding.packages.map(({ name }) => name)),
      lines(finding.packages.map(({ version }) => version)),
      lines(finding.packages.map(({ fixedVersion = "" }) => fixedVersion)),
      ...(severalPlatforms ? [lines(finding.platforms)] : []),
    ]);
  const platformHead = severalPlatforms ? ["platform"] : [];
  return markdownTable(["severity", "finding", "package", "version", "fixed in", ...platformHead], rows);
}

function lines(texts: readonly string[]): string {
  return texts.map(plain).join("\n").trimEnd();
}

function linkOf({ name, uri = "" }: RatedFinding): Markup {
  return link(plain(name), uri);
}

/** Names of packages and findings come from elsewhere; the summary escapes links and tags, this the rest. */
function plain(text: string): string {
  return text.replace(/[\\`*_~]/g, "\\$&");
}
