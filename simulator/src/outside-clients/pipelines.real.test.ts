import { afterAll, expect, it, vi } from "vitest";
import { preparePipelines, waitingPipeline } from "../services/codepipeline/controller/pipelines.support.ts";
import { startRealSimulator } from "../test-simulator.support.ts";
import { programsFor } from "./programs.support.ts";

const simulator = await startRealSimulator();
afterAll(() => simulator.close());
await preparePipelines(simulator);

const codepipeline = (...args: string[]) => programsFor(simulator).aws("codepipeline", ...args);

it("the AWS CLI runs an execution through a pipeline", async () => {
  const pipeline = ["--pipeline-name=cli", "--stage-name=Ask"];
  await codepipeline("create-pipeline", `--pipeline=${JSON.stringify(waitingPipeline("cli"))}`);
  const asked = async () => {
    const { stageStates } = await codepipeline("get-pipeline-state", "--name=cli");
    return stageStates[1].actionStates[0].latestExecution?.token as string | undefined;
  };
  const answer = async (status: string) =>
    codepipeline(
      "put-approval-result",
      ...pipeline,
      "--action-name=Approve",
      `--result=summary=why,status=${status}`,
      `--token=${await vi.waitUntil(asked, { timeout: 300_000, interval: 50 })}`,
    );
  await answer("Rejected");
  const { pipelineExecutionSummaries } = await codepipeline(
    "list-pipeline-executions",
    "--pipeline-name=cli",
  );
  const execution = `--pipeline-execution-id=${pipelineExecutionSummaries[0].pipelineExecutionId}`;
  const ended = (status: string) =>
    vi.waitUntil(
      async () => {
        const found = await codepipeline("get-pipeline-execution", "--pipeline-name=cli", execution);
        return found.pipelineExecution.status === status;
      },
      { timeout: 300_000, interval: 50 },
    );
  await ended("Failed");
  const { actionExecutionDetails } = await codepipeline("list-action-executions", "--pipeline-name=cli");
  expect(actionExecutionDetails[0].output.executionResult.errorDetails).toEqual({
    code: "JobFailed",
    message: "why",
  });
  await codepipeline("retry-stage-execution", ...pipeline, execution, "--retry-mode=ALL_ACTIONS");
  await answer("Approved");
  await ended("Succeeded");
  const { pipelineExecutionId } = await codepipeline("start-pipeline-execution", "--name=cli");
  const stopped = await codepipeline(
    "stop-pipeline-execution",
    "--pipeline-name=cli",
    `--pipeline-execution-id=${pipelineExecutionId}`,
    "--abandon",
    "--reason=enough",
  );
  expect(stopped).toEqual({ pipelineExecutionId });
});
