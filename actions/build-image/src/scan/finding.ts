import type { EnhancedImageScanFinding, ImageScanFinding, ImageScanFindings } from "@aws-sdk/client-ecr";

export interface Finding {
  /** `CVE-2024-5535` */
  readonly name: string;
  readonly severity: Severity;
  readonly uri: string | undefined;
  readonly packages: readonly AffectedPackage[];
  /** Whether a rule in Amazon Inspector suppresses it. */
  readonly suppressed: boolean;
}

interface AffectedPackage {
  readonly name: string;
  readonly version: string;
  /** Undefined when there is none yet, and in basic scans, which do not report it. */
  readonly fixedVersion: string | undefined;
}

/** Reads findings of a basic scan, or of Amazon Inspector, which ECR calls enhanced. */
export function readFindings({ findings = [], enhancedFindings = [] }: ImageScanFindings): Finding[] {
  return [...findings.map(fromBasic), ...enhancedFindings.map(fromEnhanced)];
}

function fromBasic({ name, severity, uri, attributes = [] }: ImageScanFinding): Finding {
  const attribute = (key: string) => attributes.find((each) => each.key === key)?.value;
  const packageName = attribute("package_name");
  const version = attribute("package_version") ?? "";
  return {
    name: name ?? "without a name",
    severity: toSeverity(severity),
    uri,
    packages: packageName === undefined ? [] : [{ name: packageName, version, fixedVersion: undefined }],
    suppressed: false,
  };
}

function fromEnhanced({ packageVulnerabilityDetails, severity, status, title }: EnhancedImageScanFinding) {
  const { sourceUrl, vulnerabilityId, vulnerablePackages = [] } = packageVulnerabilityDetails ?? {};
  return {
    name: vulnerabilityId ?? title ?? "without a name",
    severity: toSeverity(severity),
    uri: sourceUrl,
    packages: vulnerablePackages.map((each) => ({
      name: each.name ?? "",
      version: [each.version, each.release].filter(Boolean).join("-"),
      // Inspector's word for none.
      fixedVersion: each.fixedInVersion === "NotAvailable" ? undefined : each.fixedInVersion,
    })),
    suppressed: status !== undefined && status !== "ACTIVE",
  };
}

/** ECR's severities, the worst first. UNDEFINED: its source gave it none; Amazon Inspector calls that UNTRIAGED. */
export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const;
export type Severity = (typeof severities)[number];

/** Number of findings of each severity. */
export type SeverityCounts = Readonly<Record<Severity, number>>;

function toSeverity(text: string | undefined): Severity {
  return severities.find((severity) => severity === text) ?? "UNDEFINED";
}

/** Compares severities. UNDEFINED is never as bad as anything, because its source gave none. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

export function countSeverities(findings: readonly { readonly severity: Severity }[]): SeverityCounts {
  const counts = severities.map(
    (severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const,
  );
  return Object.fromEntries(counts) as Record<Severity, number>;
}

/** Returns `1 CRITICAL, 2 HIGH`; severities without findings are left out. */
export function countsInWords(counts: SeverityCounts): string {
  return severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => `${counts[severity]} ${severity}`)
    .join(", ");
}
