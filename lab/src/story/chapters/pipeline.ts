import { ListPipelineExecutionsCommand, type PipelineExecutionSummary } from "@aws-sdk/client-codepipeline";
import { observe } from "../aws-clients.ts";
import { fetchPage } from "../fetch-page.ts";
import type { Load } from "../load.ts";
import { expectThat, type StepRecorder } from "../record-steps.ts";
import type { Rehearsal } from "../rehearsal.ts";
import { edit } from "./edit.ts";
import { deploymentOf, expectGreen, expectServices, inTheEnd } from "./expectations.ts";
import { provisionAgain } from "./provision-again.ts";

const pipeline = "update-employee-microservice";

/** The course's own way to production: CodeCommit and an image start a pipeline, which deploys blue/green. */
export async function deployThroughPipeline(
  rehearsal: Rehearsal,
  steps: StepRecorder,
  load: Load,
): Promise<void> {
  const { repository, variables } = rehearsal;
  load.beginPhase("pipelines are set up");
  await steps.perform("run mirror-to-codecommit.yml: code and definition files are in CodeCommit", async () =>
    expectGreen(await rehearsal.runWorkflow("mirror-to-codecommit.yml", {})),
  );
  await steps.perform("provision the pipelines and the rules that start them", () =>
    provisionAgain(rehearsal, "pipeline", { Sources: "ready" }),
  );
  await steps.check("their first run fails, as in the course: no image latest is there yet", () =>
    inTheEnd(async () => {
      const [first] = await executionsOf(rehearsal);
      expectThat(
        first?.status === "Failed" && first.trigger?.triggerType === "CreatePipeline",
        `the first execution is ${JSON.stringify(first)}`,
      );
    }),
  );
  load.beginPhase("through the pipeline");
  variables.DEPLOY_THROUGH = "codepipeline";
  const deployment = await steps.perform(
    "push a light navigation: its image starts the pipeline",
    async () => {
      await edit(repository, "services/employee/src/app.ts", /navbar-dark bg-dark/, "navbar-light bg-light");
      await repository.commit("Lighten the employees' navigation");
      const run = await rehearsal.pushAndFollow();
      expectGreen(run);
      expectServices(run, ["employee"]);
      return deploymentOf(run);
    },
  );
  delete variables.DEPLOY_THROUGH;
  await steps.check("the new navigation is live", async () => {
    const { status, text } = await fetchPage(`${rehearsal.addresses.production}/admin/suppliers`);
    expectThat(status === 200 && text.includes("navbar-light"), `HTTP ${status}, or still dark`);
  });
  await steps.check("EventBridge started the pipeline, and only that deployed", async () => {
    const [latest] = await executionsOf(rehearsal);
    expectThat(
      latest?.status === "Succeeded" && latest.trigger?.triggerType === "CloudWatchEvent",
      `the latest execution is ${JSON.stringify(latest)}`,
    );
    expectThat(deployment.through === "codepipeline", `deployed was through ${deployment.through}`);
  });
}

/** The newest first. */
async function executionsOf({ simulator }: Rehearsal): Promise<PipelineExecutionSummary[]> {
  const { pipelineExecutionSummaries = [] } = await observe(simulator, ({ pipelines }) =>
    pipelines.send(new ListPipelineExecutionsCommand({ pipelineName: pipeline })),
  );
  return pipelineExecutionSummaries;
}
