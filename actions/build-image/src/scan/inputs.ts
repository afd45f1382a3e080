import type { InputReader } from "../../../shared/inputs.ts";

export interface ScanInputs {
  readonly wait: boolean;
}

export function readScanInputs(read: InputReader): ScanInputs {
  return { wait: read.choice("scan", ["none", "wait"], "none") === "wait" };
}
