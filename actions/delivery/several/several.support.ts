import { webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { type Given, runEntry } from "../../core/entry.support.ts";
import { createStage } from "../stage.support.ts";

const cluster = "outside";

/**
 * Creates an account in virtual time with the service `web`, which CodeDeploy deploys by the console's names, and
 * services without a load balancer, which ECS deploys; all of one family.
 */
export async function createFleet(workers: readonly string[]) {
  const stage = await createStage();
  const { aws, clock } = stage.simulator;
  const old = { applicationName: cluster, deploymentGroupName: "web" };
  const { deploymentGroupInfo: group = {} } = await aws.codedeploy.getDeploymentGroup(old);
  await aws.codedeploy.deleteDeploymentGroup(old);
  const applicationName = `AppECS-${cluster}-web`;
  await aws.codedeploy.createApplication({ applicationName, computePlatform: "ECS" });
  await aws.codedeploy.createDeploymentGroup({
    ...{ applicationName, deploymentGroupName: `DgpECS-${cluster}-web` },
    serviceRoleArn: group.serviceRoleArn,
    deploymentConfigName: group.deploymentConfigName,
    deploymentStyle: group.deploymentStyle,
    ecsServices: group.ecsServices,
    loadBalancerInfo: group.loadBalancerInfo,
    blueGreenDeploymentConfiguration: group.blueGreenDeploymentConfiguration,
  });
  const find = async (service: string, include: "TAGS"[] = []) =>
    (await aws.ecs.describeServices({ cluster, services: [service], include })).services?.[0];
  const web = await find("web");
  const addWorker = async (serviceName: string, taskDefinition = web?.taskDefinition) => {
    await aws.ecs.createService({
      ...{ cluster, serviceName, taskDefinition, desiredCount: 1, launchType: "FARGATE" },
      networkConfiguration: web?.networkConfiguration,
    });
  };
  for (const worker of workers) await addWorker(worker);
  const isComplete = async (service: string) =>
    (await find(service))?.deployments?.[0]?.rolloutState === "COMPLETED";
  await clock.until(async () => (await Promise.all(workers.map(isComplete))).every(Boolean));
  /** Returns the revision that each service runs, as family:revision. */
  const production = async (...services: string[]) => {
    const found = await Promise.all(services.map((service) => find(service)));
    return found.map((each) => {
      const primary = each?.taskSets?.find(({ status }) => status === "PRIMARY") ?? each;
      return primary?.taskDefinition?.split("/").at(-1);
    });
  };
  /** Runs deploy-service's entry, in a role with the least policy for its inputs. */
  const deployEntry = async (
    version: string,
    inputs: Record<string, string>,
    more: Pick<Given, "onLine" | "environment"> = {},
  ) =>
    runEntry("deploy-service", {
      simulator: stage.simulator,
      inputs: {
        ...{ cluster, "task-definition": await stage.taskDefinition(version) },
        ...{ "settle-for": "1s", "max-failed-tasks": "1", "wait-until": "traffic-shifted", ...inputs },
      },
      ...more,
    });
  /** Registers a revision of another family, and returns its ARN. */
  const registerOther = async () => {
    const { image } = stage;
    const { taskDefinition } = await aws.ecs.registerTaskDefinition({
      ...webTaskDefinition(image),
      family: "shop",
    });
    return taskDefinition?.taskDefinitionArn;
  };
  const tagOf = async (service: string, wanted: string) =>
    (await find(service, ["TAGS"]))?.tags?.find(({ key }) => key === wanted)?.value;
  return { ...stage, tagOf, registerOther, aws, clock, addWorker, production, deployEntry };
}
