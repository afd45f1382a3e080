import { join } from "node:path";
import { type InputReader, readInputs } from "../../core/inputs.ts";
import { type Assertion, readAssertions } from "../../load/assertions.ts";
import type { LoadPlan } from "../../load/generate-load.ts";
import { readLoad } from "../../load/read-load.ts";

export interface LoadInputs {
  /** Load to send, or folder of reports to merge. */
  readonly work: { readonly plan: LoadPlan } | { readonly merge: string };
  readonly assertions: readonly Assertion[];
  /** Path of the report to write. */
  readonly report: string;
}

export function readLoadInputs(getInput?: (name: string) => string): LoadInputs {
  return readInputs((read) => {
    const merge = read.optional("merge");
    const report = read.optional("report") ?? join(process.env.RUNNER_TEMP ?? "", "load-report.json");
    if (merge) {
      const assertions = readAssertions(read);
      refuseBesideMerge(read);
      return { work: { merge }, assertions, report };
    }
    const { plan, assertions } = readLoad(read);
    return { work: { plan }, assertions, report };
  }, getInput);
}

function refuseBesideMerge(read: InputReader): void {
  for (const name of ["targets", "connections", "rate", "duration", "warm-up", "share"])
    if (read.optional(name))
      read.problem(`Inputs merge and ${name} exclude each other: merging sends no load`);
}
