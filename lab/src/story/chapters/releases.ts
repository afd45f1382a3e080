import type { RunResult } from "../../runner/result.ts";
import { addToHeading } from "../change.ts";
import { fetchPage, homes, readPage } from "../read-page.ts";
import { expectThat } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { deploymentsOf } from "../report.ts";
import { describeService } from "../service-state.ts";
import {
  type ChapterBody,
  deploymentOf,
  eventually,
  expectAlone,
  expectEnd,
  expectGreen,
  expectHeading,
  expectServices,
  readHeading,
} from "./expectations.ts";

export const firstRelease: ChapterBody = {
  async run({ rehearsal, steps, startLoad }) {
    const run = await steps.perform("deploy customer and employee", async () => {
      // As in a new fork; the role that plans reads which commit is deployed.
      const variables = { DEPLOY_SERVICES: "undeployed" };
      const result = await rehearsal.pushAndFollow({ variables });
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

const words = ", freshly roasted";
const warmer = addToHeading(words, "Greet the customers more warmly");

export const blueGreen: ChapterBody = {
  changes: [warmer],
  async run({ rehearsal, steps, beginPhase }) {
    beginPhase("blue-green");
    const before = await readHeading(rehearsal);
    const deployment = await steps.perform("push a new heading: only customer is deployed", async () => {
      const run = await rehearsal.pushAndFollow({ change: warmer });
      expectGreen(run);
      expectServices(run, ["customer"]);
      return deploymentOf(run);
    });
    await steps.check("the new heading is live", () => expectHeading(rehearsal, `${before}${words}`));
    await steps.check("traffic went from blue to green", async () => {
      const first = deployment.traffic[0];
      const last = deployment.traffic.at(-1);
      expectThat(
        first?.blue === 100 && last?.green === 100,
        `traffic was ${JSON.stringify(deployment.traffic)}`,
      );
    });
    await steps.check("blue is drained and gone", () =>
      eventually(() => expectAlone(rehearsal, "customer", deployment.revisionAfter)),
    );
  },
};

/** Rolls back to the previous release, which was good, too. */
export const rollback: ChapterBody = {
  async run({ rehearsal, steps, beginPhase }) {
    const before = await describeService(rehearsal.aws, "customer");
    const newer = await readHeading(rehearsal);
    beginPhase("rollback");
    const deployment = await steps.perform("run rollback.yml: the previous release is restored", async () => {
      const run = await rehearsal.runWorkflow("rollback.yml", { service: "customer" });
      expectGreen(run);
      return deploymentOf(run);
    });
    await steps.check("the previous heading is live again, and nothing else runs", async () => {
      expectThat(
        deployment.revisionBefore === before.primary && deployment.revisionAfter !== before.primary,
        `the rollback went from ${deployment.revisionBefore} to ${deployment.revisionAfter}`,
      );
      const heading = await readHeading(rehearsal);
      expectThat(newer !== heading && newer.startsWith(heading), `the heading is "${heading}"`);
      await eventually(() => expectAlone(rehearsal, "customer", deployment.revisionAfter));
    });
  },
};

const unfinished = addToHeading(", half-baked", "Announce what is not ready");

/** A user presses "Cancel workflow" during a deployment: it is rolled back, and nothing is left behind. */
export const cancel: ChapterBody = {
  changes: [unfinished],
  async run({ rehearsal, steps, beginPhase }) {
    const before = await describeService(rehearsal.aws, "customer");
    const heading = await readHeading(rehearsal);
    beginPhase("cancel");
    const deployment = await steps.perform(
      "cancel a run during its deployment: it is rolled back",
      async () => {
        const cancelAtLine = /Deployment d-\S+ of .* is created/;
        const run = await rehearsal.pushAndFollow({ change: unfinished, cancelAtLine });
        expectEnd(run, "cancelled");
        return deploymentOf(run);
      },
    );
    await steps.check("production is unchanged, and nothing else runs", async () => {
      expectThat(deployment.status === "cancelled", `the deployment's status is ${deployment.status}`);
      await eventually(() => expectAlone(rehearsal, "customer", before.primary));
      await expectHeading(rehearsal, heading);
    });
  },
};
