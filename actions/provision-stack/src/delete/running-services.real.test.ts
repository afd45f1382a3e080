import { awsCli, run } from "@ecs-delivery/simulator/outside-clients/programs.support";
import { expect, test } from "vitest";
import { inventory } from "../../../../infra-templates/inventory.support.ts";
import { copyOwnTemplates, useRealStage } from "../stage.support.ts";

const cluster = "microservices-serverlesscluster";

const stage = await useRealStage();
const parametersFile = await copyOwnTemplates(stage);

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

/** Runs the command of AWS's command line that a text contains, as a user would paste it. */
async function paste(text = ""): Promise<void> {
  const [, command = "; false"] = /`aws( [^`]+)`/.exec(text) ?? [];
  await run("sh", ["-c", `${awsCli}${command}`], { variables: stage.simulator.environmentVariables });
}

async function everything() {
  const { DBSnapshots } = await stage.simulator.aws.rds.describeDBSnapshots({});
  return { ...(await inventory(stage.simulator)), DBSnapshots };
}

test.each([false, true])(
  "what it prints removes the whole profile, during a blue/green deployment (force: %s)",
  async (force) => {
    const before = await everything();
    expect((await stage.run({ parametersFile, stackPrefix: "microservices" })).error).toBeUndefined();
    await startDeployment();
    await stage.simulator.clock.until(async () => (await taskSets()) === 2);
    const remove = { mode: "delete" as const, parametersFile, stackPrefix: "microservices", force };
    const refused = await stage.run(remove);
    expect(refused.error?.message).toBe(
      "database supplierdb (stack microservices-database) is protected from deletion",
    );
    expect(refused.error?.nextStep).toContain("write supplierdb into the input `unprotect`");
    if (!force) await paste(refused.error?.nextStep);
    const { error, summary } = await stage.run({ ...remove, unprotect: force ? ["supplierdb"] : [] });
    expect(error).toBeUndefined();
    expect(await stage.stacks()).toEqual({});
    expect(summary).toContain("A last snapshot of Database (AWS::RDS::DBInstance, supplierdb) is kept");
    await paste(summary);
    expect(await everything()).toEqual(before);
  },
);
