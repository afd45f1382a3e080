import {
  type ActionDeclaration,
  CodePipeline,
  type PipelineDeclaration,
  type StageDeclaration,
} from "@aws-sdk/client-codepipeline";
import { afterAll } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../test-simulator.support.ts";
import { zip } from "../../lambda/zip.support.ts";
import { createPipelineRole } from "../pipeline.support.ts";

const bucket = "pipelines";

/** A source of files in S3, which needs only a bucket. */
export const files: ActionDeclaration = {
  name: "Files",
  actionTypeId: { category: "Source", owner: "AWS", provider: "S3", version: "1" },
  configuration: { S3Bucket: bucket, S3ObjectKey: "files.zip", PollForSourceChanges: "false" },
  outputArtifacts: [{ name: "SourceArtifact" }],
};
export const approval = (name = "Approve", more: object = {}): ActionDeclaration => ({
  name,
  actionTypeId: { category: "Approval", owner: "AWS", provider: "Manual", version: "1" },
  ...more,
});
export const stage = (name: string, ...actions: ActionDeclaration[]): StageDeclaration => ({ name, actions });

/** A source and then one approval, which holds an execution as long as a test needs. */
export function waitingPipeline(name: string, more: Partial<PipelineDeclaration> = {}): PipelineDeclaration {
  return {
    name,
    roleArn: "arn:aws:iam::123456789012:role/PipelineRole",
    artifactStore: { type: "S3", location: bucket },
    stages: [stage("Source", files), stage("Ask", approval())],
    ...more,
  };
}

/** Steps of tests of pipelines, over the wire. */
export async function preparePipelines(simulator: TestSimulator) {
  const { aws } = simulator;
  await createPipelineRole(aws, "PipelineRole");
  await aws.s3.createBucket({ Bucket: bucket });
  await aws.s3.putBucketVersioning({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } });
  const client = new CodePipeline({ ...simulator.clientConfig, maxAttempts: 1 });
  const putFiles = (content: Record<string, string>) =>
    aws.s3.putObject({ Bucket: bucket, Key: "files.zip", Body: zip(content) });
  await putFiles({ "a.txt": "a" });
  const statusOf = async (pipelineName: string, pipelineExecutionId: string | undefined) =>
    (await client.getPipelineExecution({ pipelineName, pipelineExecutionId })).pipelineExecution?.status;
  const { until, eventually } = simulator.clock;
  const ids = async (pipelineName: string) => {
    const { pipelineExecutionSummaries = [] } = await client.listPipelineExecutions({ pipelineName });
    return pipelineExecutionSummaries.map(({ pipelineExecutionId = "" }) => pipelineExecutionId).reverse();
  };
  const answering = createAnswering(client, until);
  return {
    client,
    bucket,
    putFiles,
    statusOf,
    ids,
    ...answering,
    /** Creates a pipeline; resolves with the id of the execution that this starts. */
    async create(pipeline: PipelineDeclaration) {
      await client.createPipeline({ pipeline });
      return (await ids(pipeline.name ?? ""))[0] ?? "";
    },
    async start(name: string, more: object = {}) {
      const { pipelineExecutionId = "" } = await client.startPipelineExecution({ name, ...more });
      return pipelineExecutionId;
    },
    reaches: (pipelineName: string, id: string | undefined, status: string) =>
      until(async () => (await statusOf(pipelineName, id)) === status),
    async actions(pipelineName: string, pipelineExecutionId: string | undefined) {
      const { actionExecutionDetails = [] } = await client.listActionExecutions({
        pipelineName,
        filter: { pipelineExecutionId },
      });
      return actionExecutionDetails.reverse();
    },
    until,
    eventually,
  };
}

/** Steps that wait for an approval and give it. */
function createAnswering(client: CodePipeline, until: TestSimulator["clock"]["until"]) {
  const stageState = async (name: string, stageName: string) =>
    (await client.getPipelineState({ name })).stageStates?.find((each) => each.stageName === stageName);
  const token = async (name: string, actionName = "Approve") => {
    const { actionStates = [] } = (await stageState(name, "Ask")) ?? {};
    return actionStates.find((each) => each.actionName === actionName)?.latestExecution?.token;
  };
  /** Waits for the approval of this execution, or of any. */
  const asked = async (pipelineName: string, id?: string, actionName?: string) => {
    await until(async () => {
      const { latestExecution } = (await stageState(pipelineName, "Ask")) ?? {};
      return (
        (id === undefined || latestExecution?.pipelineExecutionId === id) && token(pipelineName, actionName)
      );
    });
    return (await token(pipelineName, actionName)) ?? "";
  };
  return {
    stageState,
    token,
    asked,
    async answer(
      pipelineName: string,
      status: "Approved" | "Rejected" = "Approved",
      id?: string,
      actionName = "Approve",
    ) {
      const given = await asked(pipelineName, id, actionName);
      const place = { pipelineName, stageName: "Ask", actionName, token: given };
      return client.putApprovalResult({ ...place, result: { status, summary: status.toLowerCase() } });
    },
  };
}

export type Pipelines = Awaited<ReturnType<typeof preparePipelines>>;

/** Starts one simulator for all tests of a file. */
export async function usePipelines(): Promise<Pipelines> {
  const simulator = await startTestSimulator();
  afterAll(() => simulator.close());
  return preparePipelines(simulator);
}
