import {
  DeploymentFailure,
  minute,
  orEcsFailure,
  orLoadBalancerFailure,
  productionListener,
  type Run,
  type RunTaskSet,
  refreshTaskSets,
  serviceOf,
  viewOf,
} from "./run.ts";
import { requireInstallation, requirePermission } from "./service-role.ts";
import { forwardPair, routesTo } from "./shift-traffic.ts";
import { refuseActiveAlarms } from "./watch-alarms.ts";

/** CodeDeploy's limit for a replacement task set (CodeDeploy user guide, "CodeDeploy quotas"). */
const installLimit = 60 * minute;
/** Real tasks start in real time, however fast the clock: the limit ends what hangs, not what a busy machine delays. */
const leastRealLimitMs = 120_000;
/** Interval between checks of the replacement; short compared with the 10 s of the quickest health checks. */
const pollInterval = 5_000;

/**
 * Creates the replacement task set with the target group that does not serve production, and waits until it is healthy.
 */
export async function install(run: Run): Promise<void> {
  const { aws } = run.environment;
  await requireInstallation(run);
  const { primary, blueGroup, greenGroup } = await findBlue(run);
  await refuseActiveAlarms(run);
  await forwardPair(aws, productionListener(run), run.pair, { [blueGroup.arn]: 100, [greenGroup.arn]: 0 });
  for (const id of primary.leftovers) await removeTaskSet(run, id);
  const { taskSet } = await createReplacement(run, greenGroup.arn, primary);
  run.green = { id: taskSet?.id ?? "", targetGroupArn: greenGroup.arn, targetGroupName: greenGroup.name };
  run.deployment.target.green = viewOf(run.green, "Green", 0);
  await waitUntilHealthy(run, run.green);
}

/** Finds the task set in production: a deployment replaces it, and a rollback returns to it. */
export async function findBlue(run: Run) {
  const pair = await findPair(run);
  const primary = await findPrimary(run);
  const blueGroup = pair.find(({ arn }) => arn === primary.targetGroupArn);
  const greenGroup = pair.find(({ arn }) => arn !== primary.targetGroupArn);
  const routes = await routesTo(run.environment.aws, productionListener(run), [primary.targetGroupArn]);
  if (!blueGroup || !greenGroup || routes.length === 0)
    throw new DeploymentFailure(
      "ELASTIC_LOAD_BALANCING_INVALID",
      `The ELB could not be updated due to the following error: Primary taskset target group must be behind listener ${productionListener(run)}`,
    );
  run.blue = { ...primary, targetGroupName: blueGroup.name };
  run.deployment.target.blue = viewOf(run.blue, "Blue", 100);
  run.pair = [blueGroup.arn, greenGroup.arn];
  return { primary, blueGroup, greenGroup };
}

async function findPair({ environment: { aws }, deployment }: Run) {
  const [pair] = deployment.settings.loadBalancer.targetGroupPairInfoList ?? [];
  const names = (pair?.targetGroups ?? []).map(({ name = "" }) => name);
  const { TargetGroups = [] } = await orLoadBalancerFailure(aws.elbv2.describeTargetGroups({ Names: names }));
  return TargetGroups.map(({ TargetGroupName: name = "", TargetGroupArn: arn = "" }) => ({ name, arn }));
}

async function findPrimary(run: Run) {
  const { cluster, service: name } = serviceOf(run);
  const { services } = await orEcsFailure(
    run.environment.aws.ecs.describeServices({ cluster, services: [name] }),
  );
  const service = services?.find(({ status }) => status === "ACTIVE");
  if (!service)
    throw new DeploymentFailure(
      "INVALID_ECS_SERVICE",
      `The ECS service ${name} in cluster ${cluster} is not active.`,
    );
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  if (!primary)
    throw new DeploymentFailure("INVALID_ECS_SERVICE", `The ECS service ${name} has no primary task set.`);
  return {
    ...primary,
    id: primary.id ?? "",
    targetGroupArn: primary.loadBalancers?.[0]?.targetGroupArn ?? "",
    /** Task sets of deployments that were stopped without being rolled back. */
    leftovers: (service.taskSets ?? []).flatMap(({ id, status }) => (status === "ACTIVE" && id ? [id] : [])),
  };
}

/** Creates the replacement task set; settings missing in the AppSpec come from the primary task set. */
function createReplacement(
  run: Run,
  targetGroupArn: string,
  primary: Awaited<ReturnType<typeof findPrimary>>,
) {
  const { appSpec, deployment } = run;
  const providers = appSpec.capacityProviders ?? primary.capacityProviderStrategy ?? [];
  const awsvpcConfiguration = appSpec.network ?? primary.networkConfiguration?.awsvpcConfiguration;
  return orEcsFailure(
    run.environment.aws.ecs.createTaskSet({
      ...serviceOf(run),
      externalId: deployment.id,
      taskDefinition: appSpec.taskDefinition,
      loadBalancers: [
        { targetGroupArn, containerName: appSpec.containerName, containerPort: appSpec.containerPort },
      ],
      ...(providers.length > 0
        ? { capacityProviderStrategy: providers }
        : { launchType: primary.launchType }),
      platformVersion: appSpec.platformVersion ?? primary.platformVersion,
      ...(awsvpcConfiguration ? { networkConfiguration: { awsvpcConfiguration } } : {}),
      scale: { value: 100, unit: "PERCENT" },
    }),
  );
}

async function waitUntilHealthy(run: Run, green: RunTaskSet): Promise<void> {
  const { clock } = run.environment;
  const limitMs = Math.max(clock.toWall(installLimit), leastRealLimitMs);
  const deadline = clock.now().getTime() + limitMs;
  while (!(await isHealthy(run, green))) {
    if (clock.now().getTime() > deadline)
      throw new DeploymentFailure(
        "TIMEOUT",
        "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes.",
      );
    await clock.wait(pollInterval, run.signal);
  }
  await refreshTaskSets(run);
}

async function isHealthy(run: Run, { id, targetGroupArn }: RunTaskSet): Promise<boolean> {
  const { ecs, elbv2 } = run.environment.aws;
  const { taskSets } = await orEcsFailure(ecs.describeTaskSets({ ...serviceOf(run), taskSets: [id] }));
  const [taskSet] = taskSets ?? [];
  if (taskSet?.stabilityStatus !== "STEADY_STATE") return false;
  const wanted = taskSet.computedDesiredCount ?? 0;
  if (wanted === 0) return true;
  const { TargetHealthDescriptions = [] } = await orLoadBalancerFailure(
    elbv2.describeTargetHealth({ TargetGroupArn: targetGroupArn }),
  );
  return (
    TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy").length >= wanted
  );
}

/** Deletes a task set, even with running tasks, and waits until they are drained and it is gone. */
export async function removeTaskSet(run: Run, id: string): Promise<void> {
  const { aws, clock } = run.environment;
  await requirePermission(run, "removeTaskSet", { taskSet: id });
  await orEcsFailure(aws.ecs.deleteTaskSet({ ...serviceOf(run), taskSet: id, force: true }));
  for (;;) {
    const { taskSets = [] } = await orEcsFailure(
      aws.ecs.describeTaskSets({ ...serviceOf(run), taskSets: [id] }),
    );
    if (taskSets.length === 0) return;
    await clock.wait(pollInterval, run.signal);
  }
}
