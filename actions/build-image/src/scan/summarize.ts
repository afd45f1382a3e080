import { escapeText, fold, link, type Markup, markdownTable } from "../../../shared/summary.ts";
import { severities } from "./severity.ts";
import type { RatedFinding, Verdict } from "./verdict.ts";

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
