import {
  type DeploymentConfiguration,
  type Service,
  type ServiceDeploymentBrief,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { Failure } from "../../core/failure.ts";
import { createPatience, persist } from "../../core/outage-tolerance.ts";
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
  listServiceDeployments,
  shortId,
} from "./service-deployments.ts";

/** ECS lists a service deployment within seconds of the update that causes it. */
const listedMs = 2 * 60_000;

/** Updates the service, unless a deployment of it is in progress, which ECS would break off. */
export async function beginDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  revision: string,
  { service, production }: RunningService,
  drainMs?: number,
): Promise<Begun> {
  const before = await persist(context, () => listServiceDeployments(context, inputs, context.signal));
  const active = before.find(isOngoing);
  if (active) return { busyWith: otherDeployment(context, active) };
  const updated = await persist(context, () => updateService(context, inputs, revision, service));
  const arn = await findOurs(context, inputs, revision, before, updated);
  const primary = updated.deployments?.find(({ status }) => status === "PRIMARY");
  return {
    running: runningDeployment(context, inputs, arn, primary?.id, production.runningCount, drainMs),
  };
}

function otherDeployment(
  context: DeliveryContext,
  { serviceDeploymentArn = "" }: ServiceDeploymentBrief,
): OtherDeployment {
  return {
    name: `service deployment ${shortId(serviceDeploymentArn)}`,
    async poll() {
      const found = await describeServiceDeployment(context, serviceDeploymentArn, context.signal);
      const description = found.lifecycleStage ?? "";
      return { status: `${found.status} ${description}`, description, ended: !isOngoing(found) };
    },
  };
}

async function updateService(
  context: DeliveryContext,
  inputs: DeployInputs,
  revision: string,
  current: Service,
): Promise<Service> {
  const { cluster, service, desiredCount, force } = inputs;
  const command = new UpdateServiceCommand({
    cluster,
    service,
    taskDefinition: revision,
    ...(desiredCount !== undefined && { desiredCount }),
    ...inputs.serviceSettings,
    // A revision whose last deployment failed or whose tasks are gone is deployed again only when forced.
    ...((force || current.taskDefinition === revision) && { forceNewDeployment: true }),
    ...watchAlarms(inputs, current.deploymentConfiguration),
  });
  try {
    // Not abortable: a discarded response would leave a deployment that nobody follows.
    return (await context.clients.ecs.send(command)).service ?? {};
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
  { rollbackOnAlarm }: DeployInputs,
  current: DeploymentConfiguration | undefined,
): { deploymentConfiguration?: DeploymentConfiguration } {
  if (rollbackOnAlarm.length === 0) return {};
  const alarms = { alarmNames: [...rollbackOnAlarm], enable: true, rollback: true };
  return { deploymentConfiguration: { ...current, alarms } };
}

/** Returns the ARN of the service deployment that our update caused: a new one, of our revision. */
async function findOurs(
  context: DeliveryContext,
  inputs: DeployInputs,
  revision: string,
  before: readonly ServiceDeploymentBrief[],
  updated: Service,
): Promise<string> {
  const known = before.map(({ serviceDeploymentArn }) => serviceDeploymentArn);
  const { currentServiceDeployment: current } = updated;
  if (current && !known.includes(current)) return current;
  const pace = createPace();
  const ask = createPatience(context);
  const until = context.clock.now() + listedMs;
  for (;;) {
    // Without the signal: a cancellation must not lose the deployment that it has to stop.
    const listed = (await ask(() => listServiceDeployments(context, inputs, undefined))) ?? [];
    const fresh = listed.filter((each) => !known.includes(each.serviceDeploymentArn));
    const ours = fresh.length > 0 && (await ask(() => pickOurs(context, revision, fresh)));
    if (ours) return ours;
    if (context.clock.now() >= until)
      throw new Failure(`ECS lists no service deployment for the update of ${inputs.service}`, {
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
  const revisions = await describeRevisions(
    context,
    fresh.map(({ targetServiceRevisionArn = "" }) => targetServiceRevisionArn),
  );
  return fresh.findLast((_, index) => revisions[index] === revision)?.serviceDeploymentArn;
}
