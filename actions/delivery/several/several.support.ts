import { webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { type Given, runEntry } from "../../core/entry.support.ts";
import { createStage } from "../stage.support.ts";

const cluster = "outside";

/**
 * Creates an account in virtual time with the service `web`, which CodeDeploy deploys by the console's names, and
 * workers without a load balancer, which ECS deploys; all of one family.
 */
export async function createFleet(...workers: readonly string[]) {
  const stage = await createStage();
  const { aws, clock } = stage.simulator;
  const old = { applicationName: cluster, deploymentGroupName: "web" };
  const { deploymentGroupInfo: group = {} } = await aws.codedeploy.getDeploymentGroup(old);
  await aws.codedeploy.deleteDeploymentGroup(old);
  const { serviceRoleArn, ecsServices, loadBalancerInfo, deploymentStyle } = group;
  const { deploymentConfigName, blueGreenDeploymentConfiguration } = group;
  const applicationName = `AppECS-${cluster}-web`;
  await aws.codedeploy.createApplication({ applicationName, computePlatform: "ECS" });
  await aws.codedeploy.createDeploymentGroup({
    ...{ applicationName, deploymentGroupName: `DgpECS-${cluster}-web`, serviceRoleArn, ecsServices },
    ...{ loadBalancerInfo, deploymentStyle, deploymentConfigName, blueGreenDeploymentConfiguration },
  });
  const find = async (service: string) =>
    (await aws.ecs.describeServices({ cluster, services: [service], include: ["TAGS"] })).services?.[0];
  const web = await find("web");
  const addWorker = (serviceName: string, taskDefinition = web?.taskDefinition) =>
    aws.ecs.createService({
      ...{ cluster, serviceName, taskDefinition, desiredCount: 1, launchType: "FARGATE" },
      networkConfiguration: web?.networkConfiguration,
    });
  for (const worker of workers) await addWorker(worker);
  const isReady = async (worker: string) =>
    (await find(worker))?.deployments?.[0]?.rolloutState === "COMPLETED";
  await clock.until(async () => (await Promise.all(workers.map(isReady))).every(Boolean));
  return {
    ...{ ...stage, clock, find },
    faults: stage.simulator.faults,
    /** Returns the revisions that `web` and the workers run, as family:revision. */
    production: async () => {
      const found = await Promise.all(["web", ...workers].map(find));
      return found.map((each) => {
        const primary = each?.taskSets?.find(({ status }) => status === "PRIMARY") ?? each;
        return primary?.taskDefinition?.split("/").at(-1);
      });
    },
    addShop: async () => {
      const other = { ...webTaskDefinition(stage.image), family: "shop" };
      const { taskDefinition } = await aws.ecs.registerTaskDefinition(other);
      await addWorker("shop", taskDefinition?.taskDefinitionArn);
    },
    /** Runs deploy-service's entry, in a role with the least policy for its inputs. */
    deployEntry: async (version: string, inputs: object, more: Pick<Given, "onLine" | "environment"> = {}) =>
      runEntry("deploy-service", {
        ...{ simulator: stage.simulator, ...more },
        inputs: {
          ...{ cluster, "task-definition": await stage.taskDefinition(version), "settle-for": "1s" },
          ...{ "max-failed-tasks": "1", "wait-until": "traffic-shifted", ...inputs },
        },
      }),
  };
}
