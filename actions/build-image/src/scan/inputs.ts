import type { InputReader } from "../../../shared/inputs.ts";
import type { Severity } from "./finding.ts";

export type ScanInputs = { readonly wait: false } | ScanGateInputs;

export interface ScanGateInputs {
  readonly wait: true;
  /** The least severity that fails the step. */
  readonly failOn: Severity | "none";
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Ignored findings: name → reason, or "". */
  readonly ignored: ReadonlyMap<string, string>;
}

/** As long as AWS's own waiter polls: 60 times, 5 s apart. Source: botocore, ecr waiters-2.json, ImageScanComplete. */
const defaultTimeoutMs = 5 * 60 * 1000;
/** CVE-2024-5535, GHSA-…, ALAS2-2024-123, DSA-5678-1. */
const findingName = /^[A-Za-z][A-Za-z0-9]*(?:[-:._][A-Za-z0-9]+)+$/;
const thresholds = ["none", "low", "medium", "high", "critical"] as const;

export function readScanInputs(read: InputReader): ScanInputs {
  if (read.choice("scan", ["none", "wait"], "none") === "wait") return readGateInputs(read);
  for (const name of ["fail-on-severity", "scan-timeout", "ignore-findings"])
    if (read.optional(name) !== undefined)
      read.problem(`Input ${name} works with scan: wait only, and scan is none`);
  return { wait: false };
}

function readGateInputs(read: InputReader): ScanGateInputs {
  const threshold = read.choice("fail-on-severity", thresholds, "critical");
  return {
    wait: true,
    failOn: threshold === "none" ? threshold : (threshold.toUpperCase() as Severity),
    timeoutMs: read.duration("scan-timeout") ?? defaultTimeoutMs,
    ignored: readIgnored(read),
  };
}

/** Reads lines `NAME` or `NAME # reason`. */
function readIgnored(read: InputReader): Map<string, string> {
  const ignored = new Map<string, string>();
  for (const line of read.lines("ignore-findings").filter((text) => !text.startsWith("#"))) {
    const [, name = line, reason = ""] = /^(\S+)(?:\s+#(.*))?$/.exec(line) ?? [];
    if (findingName.test(name)) ignored.set(name, reason.trim());
    else
      read.problem(
        `Input ignore-findings has the line "${line}"; expected the name of a finding, such as CVE-2024-5535, then # and the reason to ignore it`,
      );
  }
  return ignored;
}
