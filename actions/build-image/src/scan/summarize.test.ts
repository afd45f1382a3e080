import { expect, it } from "vitest";
import { readFindings } from "./finding.ts";
import { summarizeScan } from "./gate.ts";
import { checkFindings } from "./verdict.ts";

type Scan = Parameters<typeof readFindings>[0];

function summaryOf(scan: Scan, platform = "", ignored = new Map<string, string>()): string {
  const scanned = { kind: "found" as const, findings: readFindings(scan) };
  const inputs = { wait: true as const, failOn: "CRITICAL" as const, timeoutMs: 1, ignored };
  return summarizeScan(checkFindings([{ platform, scanned }], inputs));
}

const basic = (name: string, more = {}) => ({
  name,
  severity: "HIGH" as const,
  uri: `https://security.alpinelinux.org/vuln/${name}`,
  attributes: [
    { key: "package_version", value: "3.3.1-r0" },
    { key: "package_name", value: "openssl" },
  ],
  ...more,
});

it("shows how many there are of each severity, then each with its package", () => {
  expect(summaryOf({ findings: [basic("CVE-2024-5535"), basic("CVE-1", { severity: "CRITICAL" })] })).toBe(
    `<details><summary>Scan failed</summary>

ECR's scan has 1 finding of severity CRITICAL (1 CRITICAL): CVE-1 in openssl 3.3.1-r0. Next step: update to versions with the fixes, most often with a newer base image, or list findings that you accept in ignore-findings.

| CRITICAL | HIGH | MEDIUM | LOW | INFORMATIONAL | UNDEFINED |
| ---: | ---: | ---: | ---: | ---: | ---: |
| 1 | 1 | 0 | 0 | 0 | 0 |

| severity | finding | package | version | fixed in |
| --- | --- | --- | --- | --- |
| CRITICAL | [CVE-1](https://security.alpinelinux.org/vuln/CVE-1) | openssl | 3.3.1-r0 |  |
| HIGH | [CVE-2024-5535](https://security.alpinelinux.org/vuln/CVE-2024-5535) | openssl | 3.3.1-r0 |  |

</details>`,
  );
});

it("shows the details of Amazon Inspector: all packages, their first fixed versions, the platform", () => {
  const summary = summaryOf(
    {
      enhancedFindings: [
        {
          severity: "UNTRIAGED",
          title: "CVE-2 - minimist, qs",
          packageVulnerabilityDetails: {
            vulnerabilityId: "CVE-2",
            sourceUrl: "https://nvd.nist.gov/vuln/detail/CVE-2",
            vulnerablePackages: [
              { name: "minimist", version: "1.2.5", fixedInVersion: "1.2.6" },
              { name: "glibc", version: "2.34", release: "52.amzn2023", fixedInVersion: "NotAvailable" },
            ],
          },
        },
      ],
    },
    "linux/arm64",
  );
  expect(summary).toContain(
    "| UNDEFINED | [CVE-2](https://nvd.nist.gov/vuln/detail/CVE-2) | minimist<br>glibc | 1.2.5<br>2.34-52.amzn2023 | 1.2.6 | linux/arm64 |",
  );
});

it("cuts a long list and says how much is missing", () => {
  const findings = Array.from({ length: 63 }, (_, index) => basic(`CVE-2024-${index}`));
  const summary = summaryOf({ findings });
  expect(summary.match(/^\| HIGH \| \[CVE/gm)).toHaveLength(50);
  expect(summary).toContain("13 more");
});

it.each([
  [
    "a name with markup",
    basic("[x](https://evil.example)<img>|", { uri: undefined }),
    "&#91;x&#93;(https://evil.example)&lt;img>&#124;",
  ],
  ["a malformed address", basic("CVE-1", { uri: "javascript:alert(1)" }), "| CVE-1 |"],
  [
    "an address that would close the link",
    basic("CVE-1", { uri: "https://a.example/x)[y](|<b>" }),
    "[CVE-1](https://a.example/x%29%5By%5D%28%7C%3Cb%3E)",
  ],
])("makes no markup of %s", (_, finding, expected) => {
  expect(summaryOf({ findings: [finding] })).toContain(expected);
});
