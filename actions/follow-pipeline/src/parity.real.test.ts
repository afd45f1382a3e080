import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Load, startLoad } from "@ecs-delivery/simulator/outside-clients/load.support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { startEntry } from "../../core/entry.support.ts";
import { git } from "../../core/git.support.ts";
import { createRealStage, definitions, type Stage } from "./stage.support.ts";

let stage: Stage;
let load: Load;
/** A checked-out repository with the files in infra-templates/ecs. */
let checkout: string;
const values = JSON.stringify({
  ExecutionRoleArn: "arn:aws:iam::123456789012:role/execution",
  Shop: "coffee",
});

beforeAll(async () => {
  stage = await createRealStage();
  await stage.createPipeline("update-web");
  // Prepares production as a pipeline leaves it: the mirrored files start it with that image, then ours follows.
  await stage.push("old", ["latest"]);
  await stage.createRules("update-web");
  checkout = join(stage.folder, "checkout");
  await commitDefinitions();
  await deployThroughCodeDeploy("old");
});
afterAll(async () => {
  await load?.stop();
  await stage?.close();
});

/** Commits the templates as they are in the repository: with placeholders that stacks' outputs fill. */
async function commitDefinitions(): Promise<void> {
  const definition = JSON.parse(definitions["taskdef-web.json"]);
  definition.executionRoleArn = "<ExecutionRoleArn>";
  definition.containerDefinitions[0].environment = [{ name: "SHOP", value: "<Shop>" }];
  const files = { ...definitions, "taskdef-web.json": JSON.stringify(definition, undefined, 2) };
  for (const [name, content] of Object.entries(files)) {
    const path = join(checkout, "infra-templates/ecs", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  await git(checkout, "init", "--quiet", "--initial-branch", "main");
  await git(checkout, "add", "--all");
  await git(checkout, "commit", "--quiet", "-m", "Define the service");
}

/** Runs an action as the workflow's step does; returns its outputs. */
async function step(
  action: string,
  inputs: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const environment = {
    RUNNER_TEMP: stage.folder,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "coffee/suppliers",
  };
  const { simulator } = stage;
  const given = { simulator, inputs, environment, folder: checkout };
  const { exitCode, errors, outputs } = await startEntry(action, given);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  return outputs;
}

/** Runs the steps of deploy-service.yml with deploy-through: codedeploy. */
async function deployThroughCodeDeploy(version: string): Promise<Readonly<Record<string, string>>> {
  const image = await stage.push(version, [`commit-${version}`]);
  const rendered = await step("render-task-definition", {
    "task-definition": "infra-templates/ecs/taskdef-web.json",
    appspec: "infra-templates/ecs/appspec-web.yaml",
    images: `web=${image}`,
    placeholders: values,
  });
  return step("deploy-service", {
    // Waits by the wall clock, and not by the simulated one.
    "settle-for": "1s",
    cluster: "outside",
    service: "web",
    "task-definition": rendered["task-definition"] ?? "",
    appspec: rendered.appspec ?? "",
    "codedeploy-application": "outside",
    "codedeploy-deployment-group": "web",
  });
}

/** Runs those with deploy-through: codepipeline. */
async function deployThroughCodePipeline(version: string): Promise<Readonly<Record<string, string>>> {
  const image = await stage.push(version, [`commit-${version}`]);
  const mirrored = await step("mirror-source", {
    repository: "deployment",
    branch: "dev",
    path: "infra-templates/ecs",
    placeholders: values,
  });
  await step("tag-image", { image, tags: "latest" });
  return step("follow-pipeline", {
    pipeline: "update-web",
    image,
    commit: mirrored.commit ?? "",
    "settle-for": "1s",
  });
}

/** Returns everything that a path leaves in AWS, without the names and times that are different in each deployment. */
async function resultOf(outputs: Readonly<Record<string, string>>) {
  const { ecs, codedeploy } = stage.simulator.aws;
  const { taskDefinition } = await ecs.describeTaskDefinition({ taskDefinition: outputs["revision-after"] });
  const { taskDefinitionArn, revision, registeredAt, ...definition } = taskDefinition ?? {};
  const { deploymentInfo = {} } = await codedeploy.getDeployment({ deploymentId: outputs["deployment-id"] });
  const content = deploymentInfo.revision?.appSpecContent?.content ?? "";
  return {
    definition,
    appSpec: parse(content.replace(taskDefinitionArn ?? "", "<TASK_DEFINITION>")),
    deployment: {
      status: deploymentInfo.status,
      application: deploymentInfo.applicationName,
      group: deploymentInfo.deploymentGroupName,
      configuration: deploymentInfo.deploymentConfigName,
      style: deploymentInfo.deploymentStyle,
      blueGreen: deploymentInfo.blueGreenDeploymentConfiguration,
      loadBalancer: deploymentInfo.loadBalancerInfo,
    },
    status: outputs.status,
    cause: outputs.cause,
    image: outputs["image-digest"],
    traffic: JSON.parse(outputs.traffic ?? "").map(({ green }: { green: number }) => green),
    page: await stage.page(),
  };
}

async function latest(): Promise<string | undefined> {
  const { imageDetails } = await stage.simulator.aws.ecr.describeImages({
    repositoryName: "web",
    imageIds: [{ imageTag: "latest" }],
  });
  return imageDetails?.[0]?.imageDigest;
}

/** Returns the head of the branch that the pipeline takes its files from. */
async function mirrored(): Promise<string | undefined> {
  const branch = { repositoryName: "deployment", branchName: "dev" };
  return (await stage.simulator.aws.codecommit.getBranch(branch)).branch?.commitId;
}

test("deploys the same commit through CodeDeploy and CodePipeline with equal results and no failed request", async () => {
  load = startLoad(stage.productionUrl, 2);
  const [before, files] = [await latest(), await mirrored()];
  const direct = await resultOf(await deployThroughCodeDeploy("new"));
  expect(await latest()).toBe(before);
  expect(await mirrored()).toBe(files);
  await deployThroughCodeDeploy("old");

  const piped = await resultOf(await deployThroughCodePipeline("new"));
  await load.stop();
  expect(piped).toEqual(direct);
  expect(direct).toMatchObject({ status: "succeeded", cause: "", page: "new", traffic: [0, 100] });
  expect(direct.deployment.status).toBe("Succeeded");
  expect(direct.definition.containerDefinitions?.[0]?.environment).toEqual([
    { name: "SHOP", value: "coffee" },
  ]);
  expect(load.failures).toEqual([]);
  expect(new Set(load.answers)).toEqual(new Set(["old", "new"]));
  expect(await latest()).toBe(direct.image);
  expect(await mirrored()).not.toBe(files);
});

test("does not deploy again what the pipeline has deployed already", async () => {
  const count = async () =>
    (await stage.simulator.aws.codepipeline.listPipelineExecutions({ pipelineName: "update-web" }))
      .pipelineExecutionSummaries?.length;
  const before = await count();
  const outputs = await deployThroughCodePipeline("new");
  expect(outputs).toMatchObject({ status: "succeeded", started: "false" });
  expect(await count()).toBe(before);
});
