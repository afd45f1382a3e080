import { expect } from "vitest";
import type { Scene } from "./scene.ts";

const ongoing = {
  codedeploy: ["Created", "Queued", "InProgress", "Baking", "Ready"],
  ecs: ["PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"],
} as const;

/** Resolves when nothing is in progress and nothing old is left. */
export async function settle(scene: Scene): Promise<void> {
  await scene.stage.simulator.clock.eventually(async () => expect(await leftBehind(scene)).toEqual([]));
}

/**
 * Lists everything of the service except the tasks of one revision, all of them behind the load balancer; empty when
 * all is as it should be.
 */
async function leftBehind({ aws, where }: Scene): Promise<string[]> {
  const { services = [] } = await aws.ecs.describeServices({
    cluster: where.cluster,
    services: [where.service],
  });
  const { desiredCount = 0, taskSets = [], deployments = [] } = services[0] ?? {};
  const sets = taskSets.length > 0 ? taskSets : deployments;
  const revisions = sets.map(({ status, taskDefinition }) => `${status} ${taskDefinition}`);
  const [tasks, targets, active] = await Promise.all([listTasks(), listTargets(), listDeployments()]);
  const primary = sets.find(({ status }) => status === "PRIMARY")?.taskDefinition;
  return [
    ...(sets.length === 1 ? [] : revisions),
    ...tasks.filter((task) => task !== `RUNNING ${primary}`),
    ...(tasks.length === desiredCount ? [] : [`${tasks.length} of ${desiredCount} tasks`]),
    ...targets.filter((state) => state !== "healthy").map((state) => `a target that is ${state}`),
    ...(targets.length === desiredCount ? [] : [`${targets.length} of ${desiredCount} targets`]),
    ...active,
  ];

  async function listTasks(): Promise<string[]> {
    const ofService = { cluster: where.cluster, serviceName: where.service };
    const lists = await Promise.all(
      (["RUNNING", "STOPPED"] as const).map((desiredStatus) =>
        aws.ecs.listTasks({ ...ofService, desiredStatus }),
      ),
    );
    const arns = lists.flatMap(({ taskArns = [] }) => taskArns).slice(0, 100);
    if (arns.length === 0) return [];
    const { tasks = [] } = await aws.ecs.describeTasks({ cluster: where.cluster, tasks: arns });
    const alive = tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED");
    return alive.map(({ lastStatus, taskDefinitionArn }) => `${lastStatus} ${taskDefinitionArn}`);
  }

  async function listTargets(): Promise<string[]> {
    const { TargetGroups = [] } = await aws.elbv2.describeTargetGroups({});
    const healths = await Promise.all(
      TargetGroups.map(({ TargetGroupArn }) => aws.elbv2.describeTargetHealth({ TargetGroupArn })),
    );
    return healths
      .flatMap(({ TargetHealthDescriptions = [] }) => TargetHealthDescriptions)
      .map(({ TargetHealth }) => TargetHealth?.State ?? "");
  }

  async function listDeployments(): Promise<string[]> {
    if (taskSets.length > 0) {
      const group = { applicationName: "outside", deploymentGroupName: "web" };
      const includeOnlyStatuses = [...ongoing.codedeploy];
      return (await aws.codedeploy.listDeployments({ ...group, includeOnlyStatuses })).deployments ?? [];
    }
    const { serviceDeployments = [] } = await aws.ecs.listServiceDeployments({
      ...where,
      status: [...ongoing.ecs],
    });
    return serviceDeployments.map(({ status, serviceDeploymentArn }) => `${status} ${serviceDeploymentArn}`);
  }
}
