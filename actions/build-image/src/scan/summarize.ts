import { escapeText, markdownTable } from "../../../shared/summary.ts";
import { severities } from "./severity.ts";
import type { JudgedFinding, Verdict } from "./verdict.ts";

/** As many as somebody reads; the rest is a call away. */
const shownFindings = 50;

const titles = { passed: "passed", failed: "failed", "could-not-check": "could not check" };

/** Markdown for the job summary. */
export function summarizeScan(verdict: Verdict): string {
  const { status, message, nextStep, counts, findings, ignored } = verdict;
  const parts = [
    `#### Scan ${titles[status]}`,
    escapeText(plain(`${message}${nextStep ? `. Next step: ${nextStep}` : ""}`)),
  ];
  if (counts && findings.length > 0)
    parts.push(markdownTable(severities, [severities.map((severity) => String(counts[severity]))]));
  if (findings.length > 0) parts.push(findingsTable(findings));
  const hidden = findings.length - shownFindings;
  if (hidden > 0) parts.push(`${hidden} more: \`aws ecr describe-image-scan-findings\` lists them.`);
  if (ignored.length > 0)
    parts.push(
      `Ignored: ${ignored.map((each) => escapeText(`${link(each)} (${plain(`${each.severity}, ${each.reason}`)})`)).join(", ")}`,
    );
  return parts.join("\n\n");
}

function findingsTable(findings: readonly JudgedFinding[]): string {
  const severalPlatforms = findings.some(({ platforms }) => platforms.some((platform) => platform !== ""));
  const rows = findings
    .slice(0, shownFindings)
    .map((finding) => [
      finding.severity,
      link(finding),
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

function link({ name, uri }: JudgedFinding): string {
  const target = uri === undefined ? undefined : addressOf(uri);
  return target === undefined ? plain(name) : `[${plain(name)}](${target})`;
}

/** Undefined for anything that is not of the web. */
function addressOf(uri: string): string | undefined {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return undefined;
  return url.href.replace(
    /[()<>|\\`\s]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** Names of packages and findings come from elsewhere: as text they make no markup. */
function plain(text: string): string {
  return text.replace(/[\\`*_[\]~]/g, "\\$&");
}
