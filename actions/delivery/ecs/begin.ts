import {
  type DeploymentConfiguration,
  type Service,
  type ServiceDeploymentBrief,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { Failure } from "../../core/failure.ts";
import { createPatience, retryOutages } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Begun, OtherDeployment } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { runningDeployment } from "./running-deployment.ts";
import {
  describeRevisions,
  describeServiceDeployment,
  isOngoing,
  type ListDeployments,
  listServiceDeployments,
  shortId,
} from "./service-deployments.ts";
import { isAtGate } from "./snapshot.ts";

/** Updates the service, unless a deployment of it is in progress, which ECS would break off. */
export async function beginDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  revision: string,
  { service, production }: RunningService,
  drainMs?: number,
): Promise<Begun> {
  const list: ListDeployments = (signal) => listServiceDeployments(context, inputs, signal);
  const before = await retryOutages(context, () => list(context.signal));
  const active = before.find(isOngoing);
  if (active) return { busyWith: otherDeployment(context, inputs, active) };
  const updated = await updateService(context, inputs, revision, service);
  const arn = await findOurs(context, list, revision, before, updated);
  const primary = updated.deployments?.find(({ status }) => status === "PRIMARY");
  return { running: runningDeployment(context, list, arn, primary?.id, production.runningCount, drainMs) };
}

function otherDeployment(
  context: DeliveryContext,
  { waitUntil }: DeployInputs,
  { serviceDeploymentArn = "" }: ServiceDeploymentBrief,
): OtherDeployment {
  return {
    name: `service deployment ${shortId(serviceDeploymentArn)}`,
    async poll() {
      const found = await describeServiceDeployment(context, serviceDeploymentArn, context.signal);
      const description = found.lifecycleStage ?? "";
      const waits = waitUntil === "ready" && isAtGate(found);
      return { status: `${found.status} ${description}`, description, ended: waits || !isOngoing(found) };
    },
  };
}

async function updateService(
  context: DeliveryContext,
  { cluster, service, desiredCount, force, serviceSettings, rollbackOnAlarm }: DeployInputs,
  revision: string,
  current: Service,
): Promise<Service> {
  const command = new UpdateServiceCommand({
    cluster,
    service,
    taskDefinition: revision,
    ...(desiredCount !== undefined && { desiredCount }),
    ...serviceSettings,
    // A revision whose last deployment failed or whose tasks are gone is deployed again only when forced.
    ...((force || current.taskDefinition === revision) && { forceNewDeployment: true }),
    ...watchAlarms(rollbackOnAlarm, current.deploymentConfiguration),
  });
  try {
    // Not abortable: a discarded response would leave a deployment that no step follows.
    const { service: updated = {} } = await retryOutages(context, () => context.clients.ecs.send(command));
    return updated;
  } catch (error) {
    if ((error as Error).name !== "InvalidParameterException") throw error;
    throw new Failure(`ECS refuses the deployment: ${(error as Error).message}`, {
      nextStep: "correct this in the service or the task definition; nothing was deployed.",
      cause: error,
    });
  }
}

/** Keeps the rest of the configuration, because an update replaces all of it. */
function watchAlarms(
  names: readonly string[],
  current: DeploymentConfiguration | undefined,
): { deploymentConfiguration?: DeploymentConfiguration } {
  if (names.length === 0) return {};
  const alarms = { alarmNames: [...names], enable: true, rollback: true };
  return { deploymentConfiguration: { ...current, alarms } };
}

/** ECS lists a service deployment within seconds of the update that causes it. */
const listedMs = 2 * 60_000;

/** Returns the ARN of the service deployment that our update caused: a new one, of our revision. */
async function findOurs(
  context: DeliveryContext,
  list: ListDeployments,
  revision: string,
  before: readonly ServiceDeploymentBrief[],
  { currentServiceDeployment: current, serviceName }: Service,
): Promise<string> {
  const known = before.map(({ serviceDeploymentArn }) => serviceDeploymentArn);
  if (current && !known.includes(current)) return current;
  const pace = createPace();
  const ask = createPatience(context);
  const until = context.clock.now() + listedMs;
  for (;;) {
    // Without the signal: a cancellation must not lose the deployment that it has to stop.
    const listed = (await ask(() => list(undefined))) ?? [];
    const fresh = listed.filter((each) => !known.includes(each.serviceDeploymentArn));
    const ours = fresh.length > 0 && (await ask(() => pickOurs(context, revision, fresh)));
    if (ours) return ours;
    if (context.clock.now() >= until)
      throw new Failure(`ECS lists no service deployment for the update of ${serviceName}`, {
        nextStep: "check the service's deployments in the ECS console; the service was updated.",
      });
    await context.clock.wait(pace.next(true));
  }
}

/** Picks the oldest of our revision; somebody else's may have followed it at once. */
async function pickOurs(
  context: DeliveryContext,
  revision: string,
  fresh: readonly ServiceDeploymentBrief[],
) {
  const arns = fresh.map(({ targetServiceRevisionArn = "" }) => targetServiceRevisionArn);
  const revisions = await describeRevisions(context, arns);
  return fresh.findLast((_, index) => revisions[index] === revision)?.serviceDeploymentArn;
}
