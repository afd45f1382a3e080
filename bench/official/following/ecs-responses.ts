import type { Deployment } from "./deployments.ts";
import { arn, type Moment, type Responses, revisions, seconds, service, tasks } from "./facts.ts";

const serviceDeploymentArn = arn("ecs", "service-deployment/main/web/new");

/** A service with the deployment controller ECS, in a rolling update or in ECS's own blue/green. */
export function ecsResponses(deployment: Deployment, moment: Moment): Responses {
  const described = describeService(deployment, moment.elapsed);
  const followed = describeDeployment(deployment, moment);
  return {
    DescribeServices: { services: [described], failures: [] },
    UpdateService: { service: described },
    ListServiceDeployments: { serviceDeployments: moment.elapsed < 0 ? [] : [followed] },
    DescribeServiceRevisions: { serviceRevisions: [] },
    DescribeServiceDeployments: { serviceDeployments: [followed], failures: [] },
  };
}

function describeService(deployment: Deployment, elapsed: number): object {
  const begun = elapsed >= 0;
  const older = {
    id: "ecs-svc/1",
    status: begun ? "ACTIVE" : "PRIMARY",
    taskDefinition: revisions.old,
    desiredCount: tasks,
    runningCount: oldTasks(deployment, elapsed),
    rolloutState: "COMPLETED",
  };
  const newer = {
    id: "ecs-svc/2",
    status: "PRIMARY",
    taskDefinition: revisions.new,
    desiredCount: tasks,
    runningCount: newTasks(deployment, elapsed),
    rolloutState: isDone(deployment, elapsed) ? "COMPLETED" : "IN_PROGRESS",
  };
  return {
    ...service,
    deploymentController: { type: "ECS" },
    deploymentConfiguration: configurationOf(deployment),
    taskDefinition: begun ? revisions.new : revisions.old,
    deployments: [...(begun ? [newer] : []), ...(isDone(deployment, elapsed) ? [] : [older])],
    ...(begun && { currentServiceDeployment: serviceDeploymentArn }),
    ...(deployment.showsDrain && { loadBalancers: [loadBalancer] }),
  };
}

function describeDeployment(deployment: Deployment, { createdAt, elapsed }: Moment): object {
  const old = oldTasks(deployment, elapsed);
  const weight = elapsed < deployment.shiftedAt ? 0 : 100;
  return {
    serviceDeploymentArn,
    createdAt: seconds(createdAt),
    status: isDone(deployment, elapsed) ? "SUCCESSFUL" : "IN_PROGRESS",
    lifecycleStage: stageOf(deployment, elapsed),
    deploymentConfiguration: configurationOf(deployment),
    targetServiceRevision: {
      arn: "new",
      requestedTaskCount: tasks,
      runningTaskCount: newTasks(deployment, elapsed),
      ...(!isRolling(deployment) && { requestedProductionTrafficWeight: weight }),
    },
    sourceServiceRevisions: [{ arn: "old", requestedTaskCount: old, runningTaskCount: old }],
  };
}

const loadBalancer = {
  targetGroupArn: arn("elasticloadbalancing", "targetgroup/web/1"),
  containerName: "main",
  containerPort: 8080,
};
const isRolling = ({ keepMinutes }: Deployment) => keepMinutes === undefined;
const isDone = ({ endsAt }: Deployment, elapsed: number) => elapsed >= endsAt;

function configurationOf({ keepMinutes }: Deployment): object {
  return keepMinutes === undefined
    ? { strategy: "ROLLING" }
    : { strategy: "BLUE_GREEN", bakeTimeInMinutes: keepMinutes };
}

function newTasks(deployment: Deployment, elapsed: number): number {
  const counted = Math.floor(tasks * Math.max(0, Math.min(1, elapsed / deployment.installedAt)));
  return deployment.incomplete && !isDone(deployment, elapsed) ? Math.min(tasks - 1, counted) : counted;
}

/** Counts the old tasks. In a rolling update, each is stopped once its successor runs, and drained for a while. */
function oldTasks(deployment: Deployment, elapsed: number): number {
  if (isDone(deployment, elapsed)) return 0;
  if (!isRolling(deployment) || deployment.drainSeconds) return tasks;
  return Math.max(1, tasks - Math.floor((tasks * Math.max(0, elapsed)) / deployment.endsAt));
}

function stageOf(deployment: Deployment, elapsed: number): string | undefined {
  if (isRolling(deployment) || isDone(deployment, elapsed)) return undefined;
  if (elapsed < deployment.installedAt) return "SCALE_UP";
  return elapsed < deployment.shiftedAt ? "PRODUCTION_TRAFFIC_SHIFT" : "BAKE_TIME";
}
