import { expect, it } from "vitest";
import { readInputs } from "../../../shared/inputs.ts";
import { readScanInputs } from "./inputs.ts";

const read = (inputs: Record<string, string>) => readInputs(readScanInputs, (name) => inputs[name] ?? "");

it.each([
  ["nothing", {}, { wait: false }],
  [
    "only its switch",
    { scan: "wait" },
    { wait: true, failOn: "CRITICAL", timeoutMs: 300_000, ignored: new Map() },
  ],
  [
    "all inputs",
    {
      scan: "wait",
      "fail-on-severity": "medium",
      "scan-timeout": "10m",
      "ignore-findings": "# until the base has it\nCVE-2024-5535  # no fix yet\n\nGHSA-c2qf-rxjj-qqgw",
    },
    {
      wait: true,
      failOn: "MEDIUM",
      timeoutMs: 600_000,
      ignored: new Map([
        ["CVE-2024-5535", "no fix yet"],
        ["GHSA-c2qf-rxjj-qqgw", ""],
      ]),
    },
  ],
  ["a threshold of none", { scan: "wait", "fail-on-severity": "none" }, { failOn: "none" }],
])("reads a scan from %s", (_, inputs, expected) => {
  expect(read(inputs)).toMatchObject(expected);
});

it.each([
  [{ scan: "yes" }, 'Input scan is "yes"; allowed: none, wait'],
  [{ scan: "wait", "fail-on-severity": "worst" }, "allowed: none, low, medium, high, critical"],
  [{ scan: "wait", "scan-timeout": "10" }, "a duration such as 90s"],
  [{ scan: "wait", "ignore-findings": "CVE-1, CVE-2" }, 'the line "CVE-1, CVE-2"'],
  [{ scan: "wait", "ignore-findings": "openssl" }, "expected the name of a finding, such as CVE-2024-5535"],
  [{ "fail-on-severity": "high" }, "Input fail-on-severity works with scan: wait only, and scan is none"],
  [{ "ignore-findings": "CVE-1-2" }, "Input ignore-findings works with scan: wait only"],
])("refuses a scan from %o", (inputs, message) => {
  expect(() => read(inputs)).toThrow(message);
});
