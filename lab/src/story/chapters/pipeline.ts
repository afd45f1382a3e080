import { ListPipelineExecutionsCommand, type PipelineExecutionSummary } from "@aws-sdk/client-codepipeline";
import type { RunResult } from "../../runner/result.ts";
import {
  addToHeading,
  type Change,
  lightenNavigation,
  otherNavigation,
  toggleNavigation,
} from "../change.ts";
import type { ServiceName } from "../chapter-list.mjs";
import { readPage } from "../read-page.ts";
import { expectThat } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { type ChapterBody, deploymentOf, eventually, expectGreen, expectServices } from "./expectations.ts";
import { provisionAgain } from "./stacks.ts";

const pipelineName = "update-employee-microservice";
const change = toggleNavigation("Give the employees' navigation its other colour");

/** Deployment as the course teaches it: CodeCommit and an image start a pipeline, which deploys blue/green. */
export const pipeline: ChapterBody = {
  changes: [change],
  async run({ rehearsal, steps, beginPhase }) {
    const page = () => readPage(`${rehearsal.addresses.production}/admin/suppliers`);
    beginPhase("pipelines are created");
    await steps.perform(
      "run mirror-to-codecommit.yml: code and definition files are in CodeCommit",
      async () => expectGreen(await rehearsal.runWorkflow("mirror-to-codecommit.yml", {})),
    );
    await steps.perform("provision the pipelines and the rules that start them", () =>
      provisionAgain(rehearsal, "pipeline", { Sources: "ready" }),
    );
    await steps.check("their first run fails, as in the course: the image latest does not exist yet", () =>
      eventually(async () => {
        const first = (await executionsOf(rehearsal)).at(-1);
        expectThat(
          first?.status === "Failed" && first.trigger?.triggerType === "CreatePipeline",
          `the first execution is ${JSON.stringify(first)}`,
        );
      }),
    );
    beginPhase("pipeline");
    const { navbar = "" } = await page();
    const deployment = await steps.perform(
      "push another navigation colour: its image starts the pipeline",
      async () => {
        return deploymentOf(await deployByPipeline(rehearsal, change, "employee"));
      },
    );
    await steps.check("the new colour is live", async () => {
      const after = await page();
      const wanted = otherNavigation(navbar);
      expectThat(
        after.status === 200 && after.navbar?.includes(wanted) === true,
        `HTTP ${after.status}, and the navigation is "${after.navbar}", not "${wanted}"`,
      );
    });
    await steps.check("EventBridge started the pipeline, which deployed", async () => {
      const [latest] = await executionsOf(rehearsal);
      expectThat(
        latest?.status === "Succeeded" && latest.trigger?.triggerType === "CloudWatchEvent",
        `the latest execution is ${JSON.stringify(latest)}`,
      );
      expectThat(deployment.through === "codepipeline", `deployed was through ${deployment.through}`);
    });
  },
};

/** Pushes a change of one service, whose image starts its pipeline. */
async function deployByPipeline(
  rehearsal: Rehearsal,
  change: Change,
  service: ServiceName,
): Promise<RunResult> {
  const run = await rehearsal.pushAndFollow({ change, variables: { DEPLOY_THROUGH: "codepipeline" } });
  expectGreen(run);
  expectServices(run, [service]);
  return run;
}

/** The newest first. */
async function executionsOf({ aws }: Rehearsal): Promise<PipelineExecutionSummary[]> {
  const { pipelineExecutionSummaries = [] } = await aws.pipelines.send(
    new ListPipelineExecutionsCommand({ pipelineName }),
  );
  return pipelineExecutionSummaries;
}

const heading = addToHeading(", by pipeline", "Deploy the customers' service by its pipeline");
const navigation = lightenNavigation("Give the employees' navigation the course's light colour");

/** check-lab looks at the account as it would at a student's. */
export const checkLab: ChapterBody = {
  changes: [heading, navigation],
  async run({ rehearsal, steps }) {
    await steps.perform("push another heading: its image starts the other pipeline", () =>
      deployByPipeline(rehearsal, heading, "customer"),
    );
    // A fork that has done the exercises was light before the chapter pipeline changed it.
    const { navbar = "" } = await readPage(`${rehearsal.addresses.production}/admin/suppliers`);
    if (!navbar.includes("navbar-light"))
      await steps.perform("push the light navigation", () =>
        deployByPipeline(rehearsal, navigation, "employee"),
      );
    await steps.perform("check-lab.yml finds no fault in phases 5 to 9", async () => {
      const inputs = { phases: "5,6,7,8,9", threshold: "100", "browser-address": "127.0.0.1" };
      expectGreen(await rehearsal.runWorkflow("check-lab.yml", inputs));
    });
  },
};
