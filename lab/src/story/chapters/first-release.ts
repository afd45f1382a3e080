import type { RunResult } from "../../runner/result.ts";
import { fetchPage } from "../fetch-page.ts";
import { homes, readPage } from "../read-page.ts";
import { expectThat } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { deploymentsOf } from "../report.ts";
import { expectGreen, expectServices } from "./expectations.ts";
import type { ChapterBody } from "./scene.ts";

export const firstRelease: ChapterBody = {
  async run({ rehearsal, steps, startLoad }) {
    const run = await steps.perform("deploy customer and employee", async () => {
      const result = await rehearsal.pushAndFollow();
      expectGreen(result);
      expectServices(result, ["customer", "employee"]);
      return result;
    });
    await steps.check("each service first migrated the database in its own task", async () =>
      expectMigrated(run),
    );
    await steps.perform("both listeners show the pages of both services", () => expectPages(rehearsal));
    await steps.check("each service reports the image it runs from", () => expectImages(rehearsal, run));
    await startLoad();
  },
};

/** Both jobs' tasks ran at the same time; a lock in the database makes one wait for the other. */
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
    expectThat(image === imageDigest, `${service} reports ${image}, and ${imageDigest} was deployed`);
  }
}

async function expectPages({ addresses }: Rehearsal): Promise<void> {
  for (const address of [addresses.production, addresses.test]) {
    for (const [path, service] of [
      ["/", "customer"],
      ["/suppliers", "customer"],
      ["/admin/suppliers", "employee"],
    ] as const) {
      const { status, heading, home } = await readPage(`${address}${path}`);
      expectThat(status === 200, `${address}${path} returns HTTP ${status}`);
      expectThat(home === homes[service], `${address}${path} is not a page of the ${service} service`);
      expectThat(heading !== undefined, `${address}${path} has no heading`);
    }
  }
}
