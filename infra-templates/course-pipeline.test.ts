import type { Program } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, test } from "vitest";
import { read } from "./profiles.support.ts";
import { outcome, updateParameters, useProfile } from "./stacks.support.ts";

/** The course's account, whose roles exist in advance, with the stacks of its profile. */
const { stage, provision } = await useProfile("academy");
expect((await provision()).error).toBeUndefined();

const pipelineName = "update-customer-microservice";
const push = async (answer: string) => {
  const { repositories } = await stage.simulator.aws.ecr.describeRepositories({
    repositoryNames: ["customer"],
  });
  const program: Program = ({ listen }) => {
    listen(8080, (_, response) => response.end(answer));
  };
  await pushProgram(stage.simulator, repositories?.[0]?.repositoryUri ?? "", program);
};
/** The course's files, without a database and a health check command, which the program does not have. */
const commitDefinitions = () => {
  const taskDefinition = JSON.parse(read("ecs/taskdef-customer.json"));
  const [{ environment, secrets, healthCheck, logConfiguration, ...container }] =
    taskDefinition.containerDefinitions;
  const files = {
    "taskdef-customer.json": JSON.stringify({
      ...taskDefinition,
      executionRoleArn: "arn:aws:iam::123456789012:role/PipelineRole",
      containerDefinitions: [container],
    }),
    "appspec-customer.yaml": read("ecs/appspec-customer.yaml"),
  };
  return stage.simulator.aws.codecommit.createCommit({
    repositoryName: "deployment",
    branchName: "dev",
    putFiles: Object.entries(files).map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) })),
  });
};
const runs = async () => {
  const { pipelineExecutionSummaries = [] } = await stage.simulator.aws.codepipeline.listPipelineExecutions({
    pipelineName,
  });
  return pipelineExecutionSummaries.map(({ status, trigger }) => `${trigger?.triggerType} ${status}`);
};
const page = async () => (await fetch(`http://127.0.0.1:${testListenerPortOffset() + 80}/`)).text();

test("the roles of the course's account allow its pipeline to deploy, and an image push to start it", async () => {
  await push("one");
  await commitDefinitions();
  await updateParameters(stage.simulator, "microservices-pipeline", { Sources: "ready" });
  const { status, failures } = await outcome(stage.simulator, "microservices-pipeline");
  expect([status, failures]).toEqual(["UPDATE_COMPLETE", []]);
  await stage.simulator.clock.eventually(async () =>
    expect(await runs()).toEqual(["CreatePipeline Succeeded"]),
  );
  expect(await page()).toBe("one");
  await push("two");
  await stage.simulator.clock.eventually(async () =>
    expect(await runs()).toEqual(["CloudWatchEvent Succeeded", "CreatePipeline Succeeded"]),
  );
  expect(await page()).toBe("two");
});

test("automatic scaling needs no role missing in the course's account", async () => {
  const { applicationautoscaling, ecs } = stage.simulator.aws;
  const [cluster, service] = ["microservices-serverlesscluster", "customer-microservice"];
  await applicationautoscaling.registerScalableTarget({
    ServiceNamespace: "ecs",
    ScalableDimension: "ecs:service:DesiredCount",
    ResourceId: `service/${cluster}/${service}`,
    MinCapacity: 2,
    MaxCapacity: 3,
  });
  const count = async () =>
    (await ecs.describeServices({ cluster, services: [service] })).services?.[0]?.desiredCount;
  await stage.simulator.clock.eventually(async () => expect(await count()).toBe(2));
});
