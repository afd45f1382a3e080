import type { EnhancedImageScanFinding, ImageScanFinding, ImageScanFindings } from "@aws-sdk/client-ecr";
import { type Severity, toSeverity } from "./severity.ts";

export interface Finding {
  /** `CVE-2024-5535` */
  readonly name: string;
  readonly severity: Severity;
  readonly uri: string | undefined;
  readonly packages: readonly AffectedPackage[];
  /** Whether a rule in Amazon Inspector suppresses it. */
  readonly suppressed: boolean;
}

export interface AffectedPackage {
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
