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
let stranger: Awaited<ReturnType<typeof strangersTask>>;

test("reports a service's tasks; force ends them first, unless ECS refuses that", async () => {
  const { values } = await stage.run(chosen());
  stranger = await strangersTask(values);
  const { subnets, securityGroups } = stranger.networkConfiguration.awsvpcConfiguration;
  const network = `{ AwsvpcConfiguration: { AssignPublicIp: ENABLED, Subnets: [${subnets}], SecurityGroups: [${securityGroups}] } }`;
  await stage.write(
    "templates/app.yaml",
    `Resources:
  App: { Type: AWS::ECS::Service, Properties: { ServiceName: app, Cluster: ${cluster}, TaskDefinition: ${stranger.taskDefinition}, DesiredCount: 1, LaunchType: FARGATE, NetworkConfiguration: ${network} } }
`,
  );
  const app = { stackPrefix: "microservices", stacks: ["app"] };
  const removed = async (force: boolean) => {
    expect((await stage.run(app)).error).toBeUndefined();
    const { error, lines, warnings } = await stage.run({ ...app, mode: "delete", force });
    expect(error).toBeUndefined();
    return `${lines}\n${warnings}`;
  };
  const message = "service app (stack microservices-app) runs 1 task";
  expect(await removed(false)).toContain(`${message}, which are stopped`);
  expect(await removed(true)).toContain(`${message}: removing (force)`);
  const fault = stage.simulator.faults.add({ kind: "deny", operation: "ecs:UpdateService" });
  expect(await removed(true)).toContain(`${message}, which CloudFormation has to handle: `);
  fault.remove();
});

test("is blocked by services and tasks outside the stacks; force ends the tasks", async () => {
  const { ecs } = stage.simulator.aws;
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
