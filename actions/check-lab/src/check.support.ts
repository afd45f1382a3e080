import type { TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { testListenerPortOffset } from "../../../simulator/src/test-simulator.support.ts";
import defaults from "../weights.json" with { type: "json" };
import { type LabOptions, openLab } from "./lab.ts";
import { browser } from "./lab-account.support.ts";
import { phases } from "./phases/phases.ts";
import { checkLab, type Report } from "./report.ts";
import { createReadPage, type ReadPage } from "./site.ts";
import type { Checkout } from "./sources.ts";

/** A checkout that holds these files, as if committed and pushed. */
export function checkoutOf(files: Readonly<Record<string, string>>): Checkout {
  const paths = Object.keys(files);
  return {
    name: "the repository",
    paths: async () => paths,
    text: async (path) => files[path],
    remotes: async () => ["origin"],
    everAdded: async () => paths,
    withPrivateKey: async () => paths.filter((path) => files[path]?.includes("PRIVATE KEY")),
  };
}

const offset = testListenerPortOffset();

/** Checks a simulated account from the student's own machine. */
export function check(
  simulator: TestSimulator,
  { numbers, ...changes }: Partial<LabOptions> & { numbers?: readonly number[] } = {},
): Promise<Report> {
  const lab = openLab({
    account: { ...simulator.clientConfig, maxAttempts: 1 },
    checkout: checkoutOf({}),
    readPage: createReadPage(),
    sites: { production: `http://127.0.0.1:${offset + 80}`, test: `http://127.0.0.1:${offset + 8080}` },
    browserAddress: browser,
    ...changes,
  });
  return checkLab(lab, {
    phases: phases.filter(({ number }) => !numbers || numbers.includes(number)),
    weights: defaults,
    student: "ada",
    now: () => 0,
    signal: new AbortController().signal,
  });
}

/** Returns `id: evidence` of the items with this status. */
export function itemsOf({ phases }: Report, status: "pass" | "fail" | "unchecked"): string[] {
  return phases
    .flatMap(({ items }) => items)
    .filter((item) => item.status === status)
    .map(({ id, evidence }) => `${id}: ${evidence}`);
}

export type { ReadPage };
