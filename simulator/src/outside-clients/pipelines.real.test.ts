import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { preparePipelines, waitingPipeline } from "../services/codepipeline/controller/pipelines.support.ts";
import { startRealSimulator, type TestSimulator } from "../test-simulator.support.ts";
import { awsCli, python, run } from "./programs.support.ts";

let simulator: TestSimulator;
beforeAll(async () => {
  simulator = await startRealSimulator();
  await preparePipelines(simulator);
});
afterAll(() => simulator?.close());

const execute = (program: string, args: string[]) =>
  run(program, args, { variables: simulator.environmentVariables });
const codepipeline = async (...args: string[]) =>
  JSON.parse((await execute(awsCli, ["codepipeline", ...args, "--output=json"])) || "{}");

it("boto3 approves, rejects, retries, starts, stops and lists executions", async () => {
  const script = join(import.meta.dirname, "pipeline_executions.py");
  const pipeline = JSON.stringify(waitingPipeline("boto3"));
  expect(JSON.parse(await execute(python, [script, pipeline]))).toEqual({
    rejected: "Failed",
    approved: expect.stringMatching(/^\d{4}-/),
    retried: "Succeeded",
    once: true,
    stopped: "Stopped",
    again: "PipelineExecutionNotStoppableException",
    actions: [
      ["Approve", "Succeeded"],
      ["Approve", "Failed"],
      ["Files", "Succeeded"],
    ],
    executions: [
      ["Stopped", "StartPipelineExecution"],
      ["Succeeded", "CreatePipeline"],
    ],
    gone: "PipelineNotFoundException",
  });
});

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
