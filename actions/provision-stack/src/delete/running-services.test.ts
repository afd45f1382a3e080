import { expect, test } from "vitest";
import { pushImage } from "../../../core/push-image.support.ts";
import { copyOwnTemplates, useStage } from "../stage.support.ts";

const cluster = "microservices-serverlesscluster";

const stage = await useStage();
const parametersFile = await copyOwnTemplates(stage);

/** Returns what a task outside any service needs to run in the stacks' network. */
async function strangersTask(values: Record<string, string>) {
  const { ecs, ecr, iam } = stage.simulator.aws;
  await ecr.createRepository({ repositoryName: "web" });
  const image = await pushImage(stage.simulator, stage.folder, () => {});
  const trust = {
    Effect: "Allow",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Action: "sts:AssumeRole",
  };
  const { Role } = await iam.createRole({
    RoleName: "stranger",
    AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
  });
  const { taskDefinition } = await ecs.registerTaskDefinition({
    family: "stranger",
    containerDefinitions: [{ name: "a", image }],
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    executionRoleArn: Role?.Arn,
  });
  const { PublicSubnet1Id: subnet = "", TaskSecurityGroupId: group = "" } = values;
  return {
    cluster,
    taskDefinition: taskDefinition?.taskDefinitionArn,
    launchType: "FARGATE" as const,
    networkConfiguration: {
      awsvpcConfiguration: { subnets: [subnet], securityGroups: [group], assignPublicIp: "ENABLED" as const },
    },
  };
}

const chosen = () => ({
  parametersFile,
  stackPrefix: "microservices",
  stacks: ["network", "cluster"],
});
test("is blocked by services and tasks outside the stacks; force ends the tasks", async () => {
  const { ecs } = stage.simulator.aws;
  const stranger = await strangersTask((await stage.run(chosen())).values);
  await ecs.createService({ ...stranger, serviceName: "stranger", desiredCount: 0 });
  const { error } = await stage.run({ ...chosen(), mode: "delete", force: true });
  expect(error?.message).toBe(
    `cluster ${cluster} (stack microservices-cluster) has service stranger, which is in none of these stacks`,
  );
  await ecs.deleteService({ cluster, service: "stranger", force: true });
  await ecs.runTask(stranger);
  const refused = await stage.run({ ...chosen(), mode: "delete" });
  expect(refused.error?.message).toBe(
    `cluster ${cluster} (stack microservices-cluster) runs 1 task outside any service`,
  );
  expect((await stage.run({ ...chosen(), mode: "delete", force: true })).error).toBeUndefined();
  expect(await stage.stacks()).toEqual({});
});
