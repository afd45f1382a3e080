import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { webProgram } from "../../../runtime/tasks/in-process-runtime.support.ts";
import { startTestSimulator, type TestSimulator } from "../../../test-simulator.support.ts";
import { pushProgram } from "../../ecs/controller/push-program.support.ts";
import { files, type Pipelines, preparePipelines, stage, waitingPipeline } from "./pipelines.support.ts";

let simulator: TestSimulator;
let pipelines: Pipelines;
beforeEach(async () => {
  simulator = await startTestSimulator();
  pipelines = await preparePipelines(simulator);
});
afterEach(() => simulator?.close());

describe("a source that is polled", () => {
  const polled = (PollForSourceChanges?: string) => ({
    ...files,
    configuration: {
      S3Bucket: "pipelines",
      S3ObjectKey: "files.zip",
      ...(PollForSourceChanges === undefined ? {} : { PollForSourceChanges }),
    },
  });
  const pipelineOf = (name: string, source: typeof files) =>
    waitingPipeline(name, {
      stages: [stage("Source", source), ...(waitingPipeline("").stages?.slice(1) ?? [])],
    });

  it("starts an execution when it has changed, unless the pipeline disables polling", async () => {
    const { create, putFiles, client, until } = pipelines;
    await create(pipelineOf("polled", polled()));
    await create(pipelineOf("silent", polled("false")));
    const newest = async (pipelineName: string) =>
      (await client.listPipelineExecutions({ pipelineName })).pipelineExecutionSummaries?.[0];
    await putFiles({ "a.txt": "b" });
    await until(async () => (await newest("polled"))?.trigger?.triggerType === "PollForSourceChanges");
    expect(await newest("silent")).toMatchObject({ trigger: { triggerType: "CreatePipeline" } });
  });
});

describe("events", () => {
  const logGroup = "/aws/events/seen";
  const listen = async (pattern: object) => {
    await simulator.aws.logs.createLogGroup({ logGroupName: logGroup });
    await simulator.aws.events.putRule({ Name: "seen", EventPattern: JSON.stringify(pattern) });
    const Arn = `arn:aws:logs:us-east-1:123456789012:log-group:${logGroup}`;
    await simulator.aws.events.putTargets({ Rule: "seen", Targets: [{ Id: "log", Arn }] });
  };
  const seen = async () => {
    const { events = [] } = await simulator.aws.logs.filterLogEvents({ logGroupName: logGroup });
    return events.map(({ message = "" }) => JSON.parse(message));
  };

  it("show the progress of an execution, its stages and actions", async () => {
    await listen({ source: ["aws.codepipeline"] });
    const { create, answer, reaches } = pipelines;
    const id = await create(waitingPipeline("followed"));
    await answer("followed");
    await reaches("followed", id, "Succeeded");
    await simulator.clock.eventually(async () => expect((await seen()).length).toBe(10));
    const seenNow = (await seen()).map(({ "detail-type": type, detail }) =>
      [type.split(" ")[1], detail.stage, detail.action, detail.state].filter(Boolean).join(" "),
    );
    expect(new Set(seenNow)).toEqual(
      new Set([
        "Pipeline STARTED",
        "Stage Source STARTED",
        "Action Source Files STARTED",
        "Action Source Files SUCCEEDED",
        "Stage Source SUCCEEDED",
        "Stage Ask STARTED",
        "Action Ask Approve STARTED",
        "Action Ask Approve SUCCEEDED",
        "Stage Ask SUCCEEDED",
        "Pipeline SUCCEEDED",
      ]),
    );
    const first = (await seen()).find(({ detail }) => detail.state === "STARTED" && !detail.stage);
    expect(first).toMatchObject({
      resources: ["arn:aws:codepipeline:us-east-1:123456789012:followed"],
      detail: {
        pipeline: "followed",
        "execution-id": id,
        "execution-trigger": { "trigger-type": "CreatePipeline" },
        version: 1,
        "pipeline-execution-attempt": 1,
      },
    });
  });

  it("report images that are pushed and deleted, one for every tag", async () => {
    await listen({ source: ["aws.ecr"] });
    const { ecr } = simulator.aws;
    const { repository } = await ecr.createRepository({ repositoryName: "web" });
    await pushProgram(simulator, repository?.repositoryUri ?? "", webProgram);
    const { images } = await ecr.batchGetImage({ repositoryName: "web", imageIds: [{ imageTag: "latest" }] });
    await ecr.putImage({ repositoryName: "web", imageManifest: images?.[0]?.imageManifest, imageTag: "v1" });
    const imageDigest = images?.[0]?.imageId?.imageDigest;
    await ecr.batchDeleteImage({ repositoryName: "web", imageIds: [{ imageDigest }] });
    await simulator.clock.eventually(async () => expect((await seen()).length).toBe(4));
    const seenNow = await seen();
    expect(seenNow.map(({ detail }) => `${detail["action-type"]} ${detail["image-tag"]}`).sort()).toEqual([
      "DELETE latest",
      "DELETE v1",
      "PUSH latest",
      "PUSH v1",
    ]);
    expect(seenNow[0]).toMatchObject({
      "detail-type": "ECR Image Action",
      resources: [],
      detail: {
        result: "SUCCESS",
        "repository-name": "web",
        "image-digest": imageDigest,
        "manifest-media-type": expect.stringContaining("manifest"),
        "artifact-media-type": expect.stringContaining("config"),
      },
    });
  });
});
