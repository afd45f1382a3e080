import { type TestSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { expect } from "vitest";
import defaults from "../weights.json" with { type: "json" };
import { checkLab } from "./check.ts";
import { createReadPage, type Lab, type LabOptions, openLab, type ReadPage, readAccount } from "./lab.ts";
import { browser } from "./lab-parts.support.ts";
import { phase10, phases } from "./phases/phases.ts";
import type { ItemReport, Report } from "./report.ts";
import type { Checkout } from "./sources.ts";
import { blobIdOf } from "./template-files.ts";

/** A checkout that holds these files, as if committed and pushed. */
export function checkoutOf(files: Readonly<Record<string, string>>): Checkout {
  const paths = Object.keys(files);
  return {
    name: "the repository",
    paths: async () => paths,
    text: async (path) => files[path],
    blobs: async () => new Map(paths.map((path) => [path, blobIdOf(files[path] ?? "")])),
    bytes: async (path) => (path in files ? Buffer.from(files[path] ?? "") : undefined),
    remotes: async () => ["origin"],
    withPrivateKey: async () => paths.filter((path) => files[path]?.includes("PRIVATE KEY")),
  };
}

/** As AWS's calculator exports an estimate. */
export const costSheet = `Estimate summary
Upfront cost,Monthly cost,Total 12 months cost,Currency
0,98.70,1184.40,USD
,,* Includes upfront cost


Detailed Estimate
Group hierarchy,Region,Description,Service,Upfront,Monthly,First 12 months total,Currency,Status,Configuration summary
My Estimate,US East (N. Virginia),,AWS Fargate,0,36.04,432.48,USD,,"Operating system (Linux), Number of tasks (2 per month)"
My Estimate,US East (N. Virginia),,Elastic Load Balancing,0,16.47,197.64,USD,,Number of Application Load Balancers (1)
My Estimate,US East (N. Virginia),,Public IPv4 Address,0,18.25,219.00,USD,,Number of public IPv4 addresses (5)
My Estimate,US East (N. Virginia),,Amazon RDS for MySQL,0,14.71,176.52,USD,,db.t3.micro
My Estimate,US East (N. Virginia),,Amazon EC2,0,12.73,152.76,USD,,"t3.micro, t3.small"
My Estimate,US East (N. Virginia),,AWS CodePipeline,0,0.50,6.00,USD,,Number of pipelines (2)
`;

/** The student's own repository, next to those in CodeCommit. */
export const ownFiles = { "docs/architecture.drawio": "<mxfile/>", "costs.csv": costSheet };

/** The monolith's server responds; other addresses are those of the simulator. */
const readPages =
  (read: ReadPage): ReadPage =>
  (address, request) =>
    address.startsWith("http://198.51.100.")
      ? Promise.resolve({ address, status: 200, text: "Coffee suppliers" })
      : read(address, request);

const offset = testListenerPortOffset();

/** Opens the lab of a simulated account on the student's own machine. */
export function openLabIn({ clientConfig }: TestSimulator, changes: Partial<LabOptions> = {}): Lab {
  return openLab({
    account: readAccount({ ...clientConfig, maxAttempts: 1 }),
    checkout: checkoutOf(ownFiles),
    // However slow the machine is: the programs of the tests do not hang.
    readPage: readPages(createReadPage(60_000)),
    site: `http://127.0.0.1:${offset + 80}`,
    browserAddress: browser,
    ...changes,
  });
}

type CheckOptions = Partial<LabOptions> & { numbers?: readonly number[] };

export function check(simulator: TestSimulator, { numbers, ...changes }: CheckOptions = {}): Promise<Report> {
  return checkLab(openLabIn(simulator, changes), {
    phases: numbers ? [...phases, phase10].filter(({ number }) => numbers.includes(number)) : phases,
    weights: defaults,
    student: "ada",
    now: () => 0,
    signal: new AbortController().signal,
  });
}

/** Returns `id: evidence` of the items with this status. */
export function itemsOf({ phases }: Report, status: ItemReport["status"]): string[] {
  return phases
    .flatMap(({ items }) => items)
    .filter((item) => item.status === status)
    .map(({ id, evidence }) => `${id}: ${evidence}`);
}

export function expectAllGreen(report: Report): void {
  expect(itemsOf(report, "fail")).toEqual([]);
  expect(itemsOf(report, "unchecked")).toEqual([]);
  expect(report.notes).toEqual([]);
  expect(report.score.percent).toBe(100);
}
