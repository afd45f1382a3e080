/** ECR's severities, the worst first. UNDEFINED: its source gave it none; Amazon Inspector calls that UNTRIAGED. */
export const severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const;
export type Severity = (typeof severities)[number];

/** Number of findings of each severity. */
export type SeverityCounts = Readonly<Record<Severity, number>>;

export function toSeverity(text: string | undefined): Severity {
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
