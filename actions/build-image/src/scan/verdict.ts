import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import { type ImageIndex, isAttestation, isIndex, platformName } from "../../../shared/registry/oci.ts";
import { counted } from "../../../shared/summary.ts";
import {
  countSeverities,
  countsInWords,
  type Finding,
  isAtLeast,
  type SeverityCounts,
  severities,
} from "./finding.ts";
import type { ScanGateInputs } from "./inputs.ts";
import type { Scanned } from "./wait-for-scan.ts";

export interface PlatformScan {
  readonly platform: Platform;
  readonly scanned: Scanned;
}

/** A finding with the platforms whose image has it. */
export interface RatedFinding extends Finding {
  readonly platforms: readonly Platform[];
}

export interface Verdict {
  readonly status: "passed" | "failed" | "could-not-check";
  /** A sentence without a full stop. */
  readonly message: string;
  readonly nextStep: string | undefined;
  /** Without ignored findings. Undefined when no image's scan has a result. */
  readonly counts: SeverityCounts | undefined;
  /** The worst first. */
  readonly findings: readonly RatedFinding[];
  /** Ignored findings, with the reason. */
  readonly ignored: readonly (RatedFinding & { readonly reason: string })[];
  /** Names in `ignore-findings` that no image has. */
  readonly needless: readonly string[];
}

/** Number of findings that the sentence lists; the summary has more. */
const named = 3;

export function checkFindings(scans: readonly PlatformScan[], inputs: ScanGateInputs): Verdict {
  const all = merge(scans);
  const ignored = all.flatMap((finding) => {
    const reason = reasonToIgnore(finding, inputs);
    return reason === undefined ? [] : [{ ...finding, reason }];
  });
  const findings = all.filter((finding) => reasonToIgnore(finding, inputs) === undefined);
  const known = scans.some(({ scanned }) => scanned.kind === "found");
  return {
    ...conclude(scans, findings, inputs),
    counts: known ? countSeverities(findings) : undefined,
    findings,
    ignored,
    needless: known
      ? [...inputs.ignored.keys()].filter((name) => !all.some((each) => each.name === name))
      : [],
  };
}

type Conclusion = Pick<Verdict, "status" | "message" | "nextStep">;

/** Decides the result: a bad finding fails, whatever else could not be checked; an unchecked image never passes. */
function conclude(
  scans: readonly PlatformScan[],
  findings: readonly RatedFinding[],
  { failOn, timeoutMs }: ScanGateInputs,
): Conclusion {
  const bad = failOn === "none" ? [] : findings.filter(({ severity }) => isAtLeast(severity, failOn));
  if (bad.length > 0) return foundBad(bad, failOn);
  const several = scans.length > 1;
  for (const { platform, scanned } of scans) {
    const which = several ? ` of ${platform}` : "";
    if (scanned.kind === "unfinished")
      return unfinished(`${which} was still ${scanned.status}`, failOn, timeoutMs);
    if (scanned.kind === "unchecked")
      return {
        status: "could-not-check",
        message: `Could not check the image${which}: ${scanned.reason}`,
        nextStep: scanned.nextStep,
      };
  }
  return { status: "passed", message: nothingBad(findings, failOn), nextStep: undefined };
}

function foundBad(bad: readonly RatedFinding[], failOn: string): Conclusion {
  const names = bad.slice(0, named).map(inWords).join(", ");
  const more = bad.length > named ? ` and ${bad.length - named} more` : "";
  const orWorse = failOn === "CRITICAL" ? "" : " or worse";
  return {
    status: "failed",
    message: `ECR's scan has ${counted(bad.length, "finding")} of severity ${failOn}${orWorse} (${countsInWords(countSeverities(bad))}): ${names}${more}`,
    nextStep:
      "update to versions with the fixes, most often with a newer base image, or list findings that you accept in ignore-findings.",
  };
}

/** The gate does not open because it has waited long enough. */
function unfinished(what: string, failOn: string, timeoutMs: number): Conclusion {
  return {
    status: failOn === "none" ? "could-not-check" : "failed",
    message: `ECR's scan${what} after ${timeoutMs / 1000} s`,
    nextStep: "run the job again, which does not build again, or set a longer scan-timeout.",
  };
}

function nothingBad(findings: readonly RatedFinding[], failOn: string): string {
  if (findings.length === 0) return "ECR's scan has no findings";
  const all = `ECR's scan has ${counted(findings.length, "finding")} (${countsInWords(countSeverities(findings))})`;
  if (failOn === "none") return all;
  return `${all}, none of severity ${failOn}${failOn === "CRITICAL" ? "" : " or worse"}`;
}

function reasonToIgnore({ name, suppressed }: Finding, { ignored }: ScanGateInputs): string | undefined {
  const reason = ignored.get(name);
  if (reason !== undefined) return reason || "named in ignore-findings";
  return suppressed ? "suppressed in Amazon Inspector" : undefined;
}

/** Merges findings: images of one build have most packages in common, so a finding in several counts once. */
function merge(scans: readonly PlatformScan[]): RatedFinding[] {
  const merged = new Map<string, Finding & { platforms: Platform[] }>();
  for (const { platform, scanned } of scans) {
    for (const finding of scanned.kind === "found" ? scanned.findings : []) {
      const key = JSON.stringify([finding.name, finding.severity, finding.suppressed, finding.packages]);
      const known = merged.get(key) ?? { ...finding, platforms: [] };
      if (!known.platforms.includes(platform)) known.platforms.push(platform);
      merged.set(key, known);
    }
  }
  const rank = ({ severity }: Finding) => severities.indexOf(severity);
  return [...merged.values()].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

function inWords({ name, packages: [first] }: Finding): string {
  return first ? `${name} in ${first.name} ${first.version}`.trimEnd() : name;
}

/** `linux/amd64`; "" for an image that is no part of an index. */
type Platform = string;

interface PlatformImage {
  readonly platform: Platform;
  readonly digest: string;
}

/** Returns an index's images: ECR scans them, each by its own digest, and not the index. */
export function platformImages({ digest, mediaType, body }: FetchedManifest): PlatformImage[] {
  if (!isIndex(mediaType)) return [{ platform: "", digest }];
  const { manifests } = JSON.parse(body.toString("utf8")) as ImageIndex;
  const images = manifests
    .filter((each) => !isAttestation(each))
    .map(({ digest, platform }) => ({ platform: platformName(platform), digest }));
  if (images.length === 0) throw new Failure(`The index ${digest} contains no image that ECR can scan`);
  return images;
}
