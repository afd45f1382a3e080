import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RunResult } from "../runner/result.ts";
import { fetchPage } from "./fetch-page.ts";
import type { Load } from "./load.ts";
import { expectThat, type StepRecorder } from "./record-steps.ts";
import type { Rehearsal } from "./rehearsal.ts";
import { type Deployment, deploymentsOf } from "./report.ts";
import { describeService } from "./service-state.ts";

export const newHeading = "Coffee suppliers, freshly roasted";
const lastWords = "cannot start: the price list is missing";
// Enough requests before the first change for a p99 that means something.
const steadyMs = 2000;

export interface Told {
  /** From here on the stacks can be deployed to. */
  provisioned(): void;
  startLoad(): Promise<Load>;
}

/** The story of one change that goes well and one that does not. Throws when it cannot be told to its end. */
export async function tellStory(rehearsal: Rehearsal, steps: StepRecorder, told: Told): Promise<void> {
  await steps.perform("provision the stacks", async () => expectGreen(await rehearsal.provision()));
  told.provisioned();
  const first = await steps.perform("deploy customer and employee, the first release", async () => {
    const run = await rehearsal.pushAndFollow();
    expectGreen(run);
    expectServices(run, ["customer", "employee"]);
    return run;
  });
  await steps.check("each migrated the database first, in a task of its own", async () =>
    expectMigrated(first),
  );
  await steps.perform("their pages answer on both listeners", () => expectPages(rehearsal));
  const load = await told.startLoad();
  load.beginPhase("first release");
  await sleep(steadyMs);
  await changeHeading(rehearsal, steps, load);
  await breakRelease(rehearsal, steps, load);
}

async function changeHeading(rehearsal: Rehearsal, steps: StepRecorder, load: Load): Promise<void> {
  const { repository } = rehearsal;
  load.beginPhase("blue to green");
  const deployment = await steps.perform("push a new heading: only the customer is deployed", async () => {
    await edit(
      join(repository.workDirectory, "services/customer/src/app.ts"),
      /(?<=const heading = ")[^"]*/,
      newHeading,
    );
    await repository.commit("Greet the customers more warmly");
    const run = await rehearsal.pushAndFollow();
    expectGreen(run);
    expectServices(run, ["customer"]);
    return deploymentsOf(run)[0] as Deployment;
  });
  load.beginPhase("second release");
  await steps.check("the new heading is live", () => expectHeading(rehearsal));
  await steps.check("traffic went from blue to green", async () => {
    const first = deployment.traffic[0];
    const last = deployment.traffic.at(-1);
    expectThat(
      first?.blue === 100 && last?.green === 100,
      `traffic was ${JSON.stringify(deployment.traffic)}`,
    );
  });
  await steps.check("blue is drained and gone", async () => {
    const { taskSets, healthyTargets } = await describeService(rehearsal.simulator, "customer");
    expectThat(
      taskSets.length === 1 && taskSets[0] === deployment.revisionAfter,
      `the service's task sets are ${taskSets.join(", ")}, not ${deployment.revisionAfter} alone`,
    );
    const serving = healthyTargets.filter((count) => count > 0);
    expectThat(
      serving.length === 1,
      `targets by target group are ${healthyTargets.join(" and ")}, not in one group alone`,
    );
  });
  await sleep(steadyMs);
}

async function breakRelease(rehearsal: Rehearsal, steps: StepRecorder, load: Load): Promise<void> {
  const { repository, simulator } = rehearsal;
  const before = await describeService(simulator, "customer");
  load.beginPhase("broken release");
  const run = await steps.perform("push a release that crashes at start: the run is red", async () => {
    // Where the app is put together: what migrates the database goes well, what serves does not.
    const crash = `console.error(${JSON.stringify(lastWords)});\nprocess.exit(1);\n`;
    await edit(join(repository.workDirectory, "services/customer/src/app.ts"), /(?=const heading = )/, crash);
    await repository.commit("Require the price list");
    const result = await rehearsal.pushAndFollow();
    expectThat(result.conclusion === "failure", `the run ended as ${result.conclusion}`);
    return result;
  });
  await steps.check("its first error names the exit code and the last log line", async () => {
    const error =
      run.jobs.flatMap((job) => job.annotations).find((each) => each.level === "error")?.message ?? "";
    expectThat(
      /exit(?:ed)?\b.*\b1\b/s.test(error) && error.includes(lastWords),
      `the first error is: ${error || "none"}`,
    );
  });
  await steps.check("production never noticed", async () => {
    await expectHeading(rehearsal);
    const after = await describeService(simulator, "customer");
    expectThat(
      after.primary === before.primary,
      `production ran ${before.primary} and runs ${after.primary || "nothing"}`,
    );
  });
}

async function expectPages({ addresses }: Rehearsal): Promise<void> {
  for (const address of [addresses.production, addresses.test]) {
    for (const [path, part] of [
      ["/", "Coffee suppliers"],
      ["/suppliers", "All suppliers"],
      ["/admin/suppliers", "Manage coffee suppliers"],
    ] as const) {
      const page = await fetchPage(`${address}${path}`);
      expectThat(page.status === 200, `${address}${path} answers HTTP ${page.status}`);
      expectThat(page.text.includes(part), `${address}${path} does not show "${part}"`);
    }
  }
}

async function expectHeading({ addresses }: Rehearsal): Promise<void> {
  const { status, text } = await fetchPage(`${addresses.production}/`);
  const heading = /<h1>(.*?)<\/h1>/s.exec(text)?.[1];
  expectThat(status === 200 && heading === newHeading, `HTTP ${status}, and the heading is "${heading}"`);
}

export function expectGreen(run: RunResult): void {
  if (run.conclusion === "success") return;
  const errors = run.jobs.flatMap((job) => job.annotations.filter((each) => each.level === "error"));
  throw new Error(`${run.workflow} ended as ${run.conclusion}: ${errors[0]?.message ?? "see .lab/logs"}`);
}

function expectServices(run: RunResult, services: string[]): void {
  const deployed = deploymentsOf(run).map((deployment) => deployment.service);
  expectThat(deployed.sort().join() === services.join(), `deployed was ${deployed.join(", ") || "nothing"}`);
}

/** Both jobs' tasks ran at the same time; a lock in the database lets one wait for the other. */
function expectMigrated(run: RunResult): void {
  const migrations = run.jobs.flatMap((job) => job.steps.filter(({ id, post }) => id === "migrate" && !post));
  const ends = migrations.map(({ outputs }) => `${outputs.status}, exit code ${outputs["exit-code"]}`);
  expectThat(
    ends.length === 2 && ends.every((end) => end === "succeeded, exit code 0"),
    `the migrations ended as: ${ends.join("; ") || "none ran"}`,
  );
}

async function edit(file: string, pattern: RegExp, replacement: string): Promise<void> {
  const before = await readFile(file, "utf8");
  const after = before.replace(pattern, () => replacement);
  expectThat(after !== before, `${file} has no ${pattern} for the story to change`);
  await writeFile(file, after);
}
