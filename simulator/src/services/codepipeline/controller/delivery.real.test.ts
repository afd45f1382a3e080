import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trustOf } from "../../../kit/policies.support.ts";
import { startRealSimulator } from "../../../test-simulator.support.ts";
import { filesPushed, imagePushed } from "../pipeline.support.ts";
import { preparePipelineDelivery } from "./delivery.support.ts";

/** Each test continues from the state of the service that the previous one left. */
const warnings: string[] = [];
const simulator = await startRealSimulator({ warn: (message) => warnings.push(message) });
const course = await preparePipelineDelivery(simulator);
afterAll(() => simulator.close());

const name = "update-web";
const executions = async () =>
  (await course.pipelines.client.listPipelineExecutions({ pipelineName: name })).pipelineExecutionSummaries ??
  [];
/** Waits for the newest execution, once there is this number of them and it has ended. */
async function ended(count: number) {
  await course.pipelines.until(async () => (await executions()).length === count);
  await course.pipelines.until(async () => (await executions())[0]?.status !== "InProgress");
  return (await executions())[0];
}

const page = async () => (await fetch(course.delivery.productionUrl)).text();

describe("the course's pipeline", () => {
  it("fails when it is created, by design: there is neither a branch nor an image yet", async () => {
    await course.pipelines.create(course.pipeline);
    expect(await ended(1)).toMatchObject({ status: "Failed", trigger: { triggerType: "CreatePipeline" } });
    const { actionStates } = (await course.pipelines.stageState(name, "Source")) ?? {};
    expect(actionStates?.map(({ latestExecution }) => latestExecution?.errorDetails)).toEqual([
      {
        code: "ConfigurationError",
        message: expect.stringMatching(
          /^The action failed because no branch named dev was found in the selected AWS CodeCommit repository deployment\./,
        ),
      },
      {
        code: "ConfigurationError",
        message:
          "The image with imageId {imageDigest:'null', imageTag:'latest'} does not exist within the repository with name 'web' in the registry with id '123456789012' (Service: AmazonECR; Status Code: 400; Error Code: ImageNotFoundException)",
      },
    ]);
    expect((await course.pipelines.stageState(name, "Deploy"))?.latestExecution).toBeUndefined();
  });

  it("is not started without a rule", async () => {
    await course.pushImage();
    await course.commitFiles("1");
    expect(await executions()).toHaveLength(1);
  });

  it("deploys its current sources when the change is released", async () => {
    const id = await course.pipelines.start(name);
    expect(await ended(2)).toMatchObject({ status: "Succeeded", pipelineExecutionId: id });
    expect(await page()).toBe("1");
  });

  it("is not started through a rule whose role EventBridge cannot assume", async () => {
    const { aws } = simulator;
    await course.startOn("wrong-role", imagePushed);
    const AssumeRolePolicyDocument = JSON.stringify(trustOf("ecs-tasks.amazonaws.com"));
    const { Role } = await aws.iam.createRole({ RoleName: "Tasks", AssumeRolePolicyDocument });
    const { Targets = [] } = await aws.events.listTargetsByRule({ Rule: "wrong-role" });
    await aws.events.putTargets({
      Rule: "wrong-role",
      Targets: Targets.map((target) => ({ ...target, RoleArn: Role?.Arn })),
    });
    await course.pushImage("unseen, ");
    await simulator.clock.eventually(async () =>
      expect(await warnings.join()).toContain("Not authorized to perform sts:AssumeRole"),
    );
    expect(await executions()).toHaveLength(2);
    await aws.events.removeTargets({ Rule: "wrong-role", Ids: ["p"] });
  });

  it("is started by an image push through its rule", async () => {
    const ruleArn = await course.startOn("image-pushed", imagePushed);
    await course.pushImage("image 2, ");
    expect(await ended(3)).toMatchObject({
      status: "Succeeded",
      trigger: { triggerType: "CloudWatchEvent", triggerDetail: ruleArn },
    });
    expect(await page()).toBe("image 2, 1");
    const [execution] = await executions();
    const digest = execution?.sourceRevisions?.find(({ actionName }) => actionName === "Image")?.revisionId;
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const { externalExecutionId: deploymentId = "" } =
      (await course.deployed(course.pipelines, execution?.pipelineExecutionId)) ?? {};
    const { deploymentInfo } = await simulator.aws.codedeploy.getDeployment({ deploymentId });
    expect(deploymentInfo).toMatchObject({ status: "Succeeded", applicationName: "outside" });
    const { taskDefinition } = await simulator.aws.ecs.describeTaskDefinition({ taskDefinition: "web" });
    expect(taskDefinition?.containerDefinitions?.[0]?.image).toBe(
      `${course.delivery.repositoryUri}@${digest}`,
    );
  });

  it("is not started by a push without a change, nor by another tag", async () => {
    const { ecr } = simulator.aws;
    const { images } = await ecr.batchGetImage({ repositoryName: "web", imageIds: [{ imageTag: "latest" }] });
    const { imageManifest: body = "", imageManifestMediaType = "" } = images?.[0] ?? {};
    const { authorizationData } = await ecr.getAuthorizationToken({});
    const again = await fetch(`${simulator.endpoint}/v2/web/manifests/latest`, {
      method: "PUT",
      headers: {
        Authorization: `Basic ${authorizationData?.[0]?.authorizationToken}`,
        "Content-Type": imageManifestMediaType,
      },
      body,
    });
    expect(again.status).toBe(201);
    await ecr.putImage({ repositoryName: "web", imageManifest: body, imageTag: "v2" });
    expect(await executions()).toHaveLength(3);
  });

  it("is started by a push to the branch dev, with the commit as its revision", async () => {
    await course.startOn("files-pushed", filesPushed);
    const commitId = await course.commitFiles("3");
    expect(await ended(4)).toMatchObject({ status: "Succeeded" });
    expect(await page()).toBe("image 2, 3");
    expect((await executions())[0]?.sourceRevisions).toContainEqual({
      actionName: "Definitions",
      revisionId: commitId,
      revisionSummary: "version 3",
      revisionUrl: expect.stringContaining(`/repository/deployment/commit/${commitId}`),
    });
  });

  it("uses the commit and the image of the request", async () => {
    const [, third] = await executions();
    const older =
      third?.sourceRevisions?.find(({ actionName }) => actionName === "Definitions")?.revisionId ?? "";
    await course.pipelines.start(name, {
      sourceRevisions: [{ actionName: "Definitions", revisionType: "COMMIT_ID", revisionValue: older }],
    });
    expect((await ended(5))?.sourceRevisions).toContainEqual(
      expect.objectContaining({ actionName: "Definitions", revisionId: older }),
    );
    expect(await page()).toBe("image 2, 1");
    await expect(
      course.pipelines.start(name, {
        sourceRevisions: [{ actionName: "Image", revisionType: "COMMIT_ID", revisionValue: older }],
      }),
    ).rejects.toThrow(
      "The source action 'Image' takes no revision of the type COMMIT_ID. Allowed: IMAGE_DIGEST.",
    );
  });
});

describe("a deployment by the pipeline", () => {
  /** Minutes that a deployment continues after the traffic shift, unless the wait is ended. */
  const terminateAfter = (terminationWaitTimeInMinutes: number) =>
    simulator.aws.codedeploy.updateDeploymentGroup({
      applicationName: "outside",
      currentDeploymentGroupName: "web",
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes },
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
      },
    });
  beforeAll(() => terminateAfter(2880));
  const deploymentOf = async (id: string) => {
    await course.pipelines.until(
      async () => (await course.deployed(course.pipelines, id))?.externalExecutionId,
    );
    return (await course.deployed(course.pipelines, id))?.externalExecutionId ?? "";
  };
  const completed = (deploymentId: string) =>
    course.pipelines.until(
      async () =>
        (await simulator.aws.codedeploy.getDeployment({ deploymentId })).deploymentInfo?.completeTime,
    );

  it("fails the action when it is stopped", async () => {
    const id = await course.pipelines.start(name);
    const deploymentId = await deploymentOf(id);
    await simulator.aws.codedeploy.stopDeployment({ deploymentId, autoRollbackEnabled: true });
    expect(await ended(6)).toMatchObject({ status: "Failed" });
    expect((await course.deployed(course.pipelines, id))?.errorDetails).toEqual({
      code: "JobFailed",
      message: `Deployment ${deploymentId} was stopped`,
    });
    const { deploymentInfo } = await simulator.aws.codedeploy.getDeployment({ deploymentId });
    await completed(deploymentInfo?.rollbackInfo?.rollbackDeploymentId ?? "");
  });

  it("continues when it is abandoned; another one fails meanwhile, and succeeds when it is retried", async () => {
    const { client, start, reaches } = course.pipelines;
    const abandoned = await start(name);
    const deploymentId = await deploymentOf(abandoned);
    const stage = { pipelineName: name, stageName: "Deploy" };
    await client.stopPipelineExecution({ pipelineName: name, pipelineExecutionId: abandoned, abandon: true });
    await reaches(name, abandoned, "Stopped");
    const next = await start(name);
    await reaches(name, next, "Failed");
    expect((await course.deployed(course.pipelines, next))?.errorDetails).toEqual({
      code: "JobFailed",
      message: `The Deployment Group 'web' already has an active Deployment '${deploymentId}' (Service: AmazonCodeDeploy; Status Code: 400; Error Code: DeploymentLimitExceededException)`,
    });
    const { codedeploy } = simulator.aws;
    await course.pipelines.until(
      async () =>
        (await codedeploy.getDeployment({ deploymentId })).deploymentInfo?.instanceTerminationWaitTimeStarted,
    );
    await codedeploy.continueDeployment({ deploymentId, deploymentWaitType: "TERMINATION_WAIT" });
    await completed(deploymentId);
    await terminateAfter(0);
    await client.retryStageExecution({ ...stage, pipelineExecutionId: next, retryMode: "FAILED_ACTIONS" });
    await reaches(name, next, "Succeeded");
    expect(await page()).toBe("image 2, 3");
  });
});
