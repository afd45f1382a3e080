import { describe, expect, it } from "vitest";
import type { Finding, Severity } from "./finding.ts";
import type { ScanGateInputs } from "./inputs.ts";
import { checkFindings, type PlatformScan } from "./verdict.ts";
import type { Scanned } from "./wait-for-scan.ts";

function finding(name: string, severity: Severity, more: Partial<Finding> = {}): Finding {
  const packages = [{ name: "openssl", version: "3.3.1-r0", fixedVersion: undefined }];
  return { name, severity, uri: undefined, packages, suppressed: false, ...more };
}

function found(...findings: Finding[]): Scanned {
  return { kind: "found", findings };
}

const off: Scanned = { kind: "unchecked", reason: "scanning is off", nextStep: "turn it on." };
const running: Scanned = { kind: "unfinished", status: "IN_PROGRESS" };

function verdictOf(scanned: Scanned | Record<string, Scanned>, inputs: Partial<ScanGateInputs> = {}) {
  const byPlatform = "kind" in scanned ? { "": scanned as Scanned } : scanned;
  const scans = Object.entries(byPlatform).map(
    ([platform, each]): PlatformScan => ({ platform, scanned: each }),
  );
  return checkFindings(scans, {
    wait: true,
    failOn: "CRITICAL",
    timeoutMs: 300_000,
    ignored: new Map(),
    ...inputs,
  });
}

describe("the threshold", () => {
  const each = (["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED"] as const).map(
    (severity) => finding(`CVE-${severity}`, severity),
  );
  it.each<[ScanGateInputs["failOn"], string, string]>([
    [
      "CRITICAL",
      "failed",
      "ECR's scan has 1 finding of severity CRITICAL (1 CRITICAL): CVE-CRITICAL in openssl 3.3.1-r0",
    ],
    [
      "HIGH",
      "failed",
      "ECR's scan has 2 findings of severity HIGH or worse (1 CRITICAL, 1 HIGH): CVE-CRITICAL in openssl 3.3.1-r0, CVE-HIGH in openssl 3.3.1-r0",
    ],
    ["MEDIUM", "failed", "3 findings of severity MEDIUM or worse (1 CRITICAL, 1 HIGH, 1 MEDIUM)"],
    ["LOW", "failed", "CVE-MEDIUM in openssl 3.3.1-r0 and 1 more"],
    [
      "none",
      "passed",
      "ECR's scan has 6 findings (1 CRITICAL, 1 HIGH, 1 MEDIUM, 1 LOW, 1 INFORMATIONAL, 1 UNDEFINED)",
    ],
  ])("%s: %s", (failOn, status, message) => {
    const verdict = verdictOf(found(...each.toReversed()), { failOn });
    expect(verdict.status).toBe(status);
    expect(verdict.message).toContain(message);
  });
});

describe("a scan", () => {
  it.each<[string, Scanned, Partial<ScanGateInputs>, string, string]>([
    ["without findings", found(), {}, "passed", "ECR's scan has no findings"],
    [
      "with lesser findings",
      found(finding("CVE-1", "HIGH")),
      {},
      "passed",
      "ECR's scan has 1 finding (1 HIGH), none of severity CRITICAL",
    ],
    [
      "with unrated findings",
      found(finding("CVE-1", "UNDEFINED")),
      { failOn: "LOW" },
      "passed",
      "none of severity LOW or worse",
    ],
    ["without a result", off, {}, "could-not-check", "Could not check the image: scanning is off"],
    ["that did not end in time", running, {}, "failed", "ECR's scan was still IN_PROGRESS after 300 s"],
    [
      "that did not end, where no severity fails",
      running,
      { failOn: "none" },
      "could-not-check",
      "ECR's scan was still IN_PROGRESS after 300 s",
    ],
  ])("%s", (_, scanned, inputs, status, message) => {
    const verdict = verdictOf(scanned, inputs);
    expect(verdict).toMatchObject({ status, message: expect.stringContaining(message) });
    expect(verdict.counts === undefined).toBe(scanned.kind !== "found");
  });
});

describe("an image of several platforms", () => {
  const critical = finding("CVE-1", "CRITICAL");
  it.each<[string, Record<string, Scanned>, string, string]>([
    ["passes when all do", { "linux/amd64": found(), "linux/arm64": found() }, "passed", "no findings"],
    ["fails when one does", { "linux/amd64": off, "linux/arm64": found(critical) }, "failed", "CVE-1"],
    [
      "is not good when one could not be checked",
      { "linux/amd64": found(), "linux/arm64": off },
      "could-not-check",
      "Could not check the image of linux/arm64: scanning is off",
    ],
    [
      "is not good when one did not end",
      { "linux/amd64": running, "linux/arm64": found() },
      "failed",
      "ECR's scan of linux/amd64 was still IN_PROGRESS",
    ],
  ])("%s", (_, scans, status, message) => {
    expect(verdictOf(scans)).toMatchObject({ status, message: expect.stringContaining(message) });
  });

  it("merges a finding of both into one", () => {
    const scans = { "linux/amd64": found(critical, critical), "linux/arm64": found(critical) };
    const { counts, findings } = verdictOf(scans);
    expect(counts?.CRITICAL).toBe(1);
    expect(findings).toMatchObject([{ platforms: ["linux/amd64", "linux/arm64"] }]);
  });
});

describe("an ignored finding", () => {
  const ignored = new Map([
    ["CVE-1", "no fix yet"],
    ["CVE-9", ""],
  ]);

  it("does not hide others", () => {
    const verdict = verdictOf(found(finding("CVE-1", "CRITICAL"), finding("CVE-2", "CRITICAL")), { ignored });
    expect(verdict).toMatchObject({
      status: "failed",
      counts: { CRITICAL: 1 },
      findings: [{ name: "CVE-2" }],
    });
  });

  it("may be suppressed in Amazon Inspector", () => {
    const verdict = verdictOf(found(finding("CVE-2", "CRITICAL", { suppressed: true })));
    expect(verdict).toMatchObject({
      status: "passed",
      ignored: [{ reason: "suppressed in Amazon Inspector" }],
    });
  });
});
