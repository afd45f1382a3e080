import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pushImage } from "../../../shared/push-image.support.ts";
import { createStage, type Stage } from "../stage.support.ts";

const ownTemplates = fileURLToPath(new URL("../../../../infra-templates", import.meta.url));
const parametersFile = `${ownTemplates}/parameters/standard.json`;
const cluster = "microservices-serverlesscluster";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
  await cp(ownTemplates, stage.templatesFolder, { recursive: true });
});
afterAll(() => stage?.close());

const taskSets = async () => {
  const { services = [] } = await stage.simulator.aws.ecs.describeServices({
    cluster,
    services: ["customer-microservice"],
  });
  return services[0]?.taskSets?.length;
};

/** The image of the bootstrap task definition is never there: the deployment stays in its installation. */
async function startDeployment() {
  const { taskDefinitionArns = [] } = await stage.simulator.aws.ecs.listTaskDefinitions({
    familyPrefix: "customer-microservice",
  });
  const content = JSON.stringify({
    version: 0,
    Resources: [
      {
        TargetService: {
          Type: "AWS::ECS::Service",
          Properties: {
            TaskDefinition: taskDefinitionArns[0],
            LoadBalancerInfo: { ContainerName: "customer", ContainerPort: 8080 },
          },
        },
      },
    ],
  });
  await stage.simulator.aws.codedeploy.createDeployment({
    applicationName: "microservices",
    deploymentGroupName: "microservices-customer",
    revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
  });
}

test.each([false, true])(
  "everything is deleted in the middle of a blue/green deployment (force: %s)",
  async (force) => {
    expect((await stage.run({ parametersFile, stackPrefix: "microservices" })).error).toBeUndefined();
    await startDeployment();
    // ECS may refuse to scale a service amid its deployment: CloudFormation deletes it all the same.
    if (force) stage.simulator.faults.add({ kind: "deny", operation: "ecs:UpdateService" });
    await expect.poll(taskSets, { timeout: 5_000 }).toBe(2);
    const { error, summary } = await stage.run({
      mode: "delete",
      parametersFile,
      stackPrefix: "microservices",
      force,
    });
    expect(error).toBeUndefined();
    expect(await stage.stacks()).toEqual({});
    expect(summary).toContain("A last snapshot of Database (AWS::RDS::DBInstance, supplierdb) is kept");
    const { clusters = [] } = await stage.simulator.aws.ecs.describeClusters({ clusters: [cluster] });
    expect(clusters.filter(({ status }) => status === "ACTIVE")).toEqual([]);
  },
);

/** What a task of nobody's needs to run in the stacks' network. */
async function strangersTask(values: Record<string, string>) {
  const { ecs, ecr, iam } = stage.simulator.aws;
  await ecr.createRepository({ repositoryName: "web" });
  const folder = join(stage.folder, "image");
  await mkdir(folder);
  const image = await pushImage(stage.simulator, folder, "setInterval(() => {}, 1000);");
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

const chosen = { parametersFile, stackPrefix: "microservices", stacks: ["network", "cluster"] };
let stranger: Awaited<ReturnType<typeof strangersTask>>;

test("a service's tasks are told; force ends them first, unless ECS refuses that", async () => {
  const { values } = await stage.run(chosen);
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
  const told = "service app (stack microservices-app) runs 1 task";
  expect(await removed(false)).toContain(`${told}, which end with it`);
  expect(await removed(true)).toContain(`${told}: removing (force)`);
  const fault = stage.simulator.faults.add({ kind: "deny", operation: "ecs:UpdateService" });
  expect(await removed(true)).toContain(`${told}, which is left to CloudFormation: `);
  fault.remove();
});

test("services and tasks of nobody's stack block the cluster; force ends the tasks", async () => {
  const { ecs } = stage.simulator.aws;
  await ecs.createService({ ...stranger, serviceName: "stranger", desiredCount: 0 });
  const { error } = await stage.run({ ...chosen, mode: "delete", force: true });
  expect(error?.message).toBe(
    `cluster ${cluster} (stack microservices-cluster) has service stranger, which is of none of these stacks`,
  );
  await ecs.deleteService({ cluster, service: "stranger", force: true });
  await ecs.runTask(stranger);
  const refused = await stage.run({ ...chosen, mode: "delete" });
  expect(refused.error?.message).toBe(
    `cluster ${cluster} (stack microservices-cluster) runs 1 task of no service`,
  );
  expect((await stage.run({ ...chosen, mode: "delete", force: true })).error).toBeUndefined();
  expect(await stage.stacks()).toEqual({});
});
