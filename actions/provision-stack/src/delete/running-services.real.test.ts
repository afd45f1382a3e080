import { afterAll, beforeAll, expect, test } from "vitest";
import { copyOwnTemplates, createRealStage, type Stage } from "../stage.support.ts";

const cluster = "microservices-serverlesscluster";

let stage: Stage;
let parametersFile: string;
beforeAll(async () => {
  stage = await createRealStage();
  parametersFile = await copyOwnTemplates(stage);
});
afterAll(() => stage?.close());

const taskSets = async () => {
  const { services = [] } = await stage.simulator.aws.ecs.describeServices({
    cluster,
    services: ["customer-microservice"],
  });
  return services[0]?.taskSets?.length;
};

/** The image of the bootstrap task definition never exists: the deployment stays in its installation. */
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

test.each([false, true])("deletes everything during a blue/green deployment (force: %s)", async (force) => {
  expect((await stage.run({ parametersFile, stackPrefix: "microservices" })).error).toBeUndefined();
  await startDeployment();
  // ECS may refuse to scale a service during its deployment: CloudFormation deletes it all the same.
  if (force) stage.simulator.faults.add({ kind: "deny", operation: "ecs:UpdateService" });
  await stage.simulator.clock.until(async () => (await taskSets()) === 2);
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
});
