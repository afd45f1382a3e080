import type { RunResult } from "../../runner/result.ts";
import { fetchPage } from "../fetch-page.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { deploymentsOf } from "../report.ts";
import { expectGreen, expectServices } from "./expectations.ts";

export async function firstRelease(rehearsal: Rehearsal, steps: StepRecorder): Promise<void> {
  const run = await steps.perform("deploy customer and employee, the first release", async () => {
    const result = await rehearsal.pushAndFollow();
    expectGreen(result);
    expectServices(result, ["customer", "employee"]);
    return result;
  });
  await steps.check("each migrated the database first, in a task of its own", async () =>
    expectMigrated(run),
  );
  await steps.perform("their pages answer on both listeners", () => expectPages(rehearsal));
  await steps.check("each tells by itself which image it runs from", () => expectImages(rehearsal, run));
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

/** The task learns its image from ECS's metadata endpoint, the workflow from the registry. */
async function expectImages({ addresses }: Rehearsal, run: RunResult): Promise<void> {
  for (const { service, imageDigest } of deploymentsOf(run)) {
    const path = service === "employee" ? "/admin/health" : "/health";
    const { text } = await fetchPage(`${addresses.production}${path}`);
    const { image } = JSON.parse(text) as { image: string | null };
    expectThat(image === imageDigest, `${service} says ${image}, and ${imageDigest} was deployed`);
  }
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
