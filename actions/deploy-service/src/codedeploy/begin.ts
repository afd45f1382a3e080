import { GetDeploymentCommand } from "@aws-sdk/client-codedeploy";
import { shortRevision } from "../../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../../shared/ecs/service.ts";
import { Failure } from "../../../shared/failure.ts";
import { createPace } from "../../../shared/pace.ts";
import type { Deployment } from "./deploy-revision.ts";
import { createDeployment, findActiveDeployments } from "./start.ts";

/**
 * Creates the deployment and answers its id, or undefined when production runs the revision already. CodeDeploy takes
 * one deployment per group: one that goes on is waited for, and then the service is looked at anew.
 */
export async function beginDeployment(
  deployment: Deployment,
  deadlineAt: number,
): Promise<string | undefined> {
  const { world, inputs, record, appSpec, revision } = deployment;
  const pace = createPace();
  for (;;) {
    const service = await findService(world, inputs);
    record.revisionBefore = service.revision;
    if (runsAlready(service, revision)) {
      world.log.info(`${inputs.service} runs ${shortRevision(revision)} already; no deployment is needed.`);
      return undefined;
    }
    const deploymentId = await createDeployment(world, inputs, appSpec.contentFor(revision));
    if (deploymentId) return deploymentId;
    const [other] = await findActiveDeployments(world, inputs);
    if (other) await waitForOther(deployment, other, deadlineAt);
    // It ended between the two calls; a moment's pause keeps a stubborn refusal from becoming a busy loop.
    else if (world.clock.now() < deadlineAt) await world.clock.wait(pace.next(false), world.signal);
    else throw stillBusy(deployment, "another deployment");
  }
}

function runsAlready({ primary, service }: RunningService, revision: string): boolean {
  const others = (service.taskSets ?? []).filter(({ status }) => status === "ACTIVE");
  const { runningCount = 0, computedDesiredCount = 0 } = primary ?? {};
  return primary?.taskDefinition === revision && others.length === 0 && runningCount >= computedDesiredCount;
}

async function waitForOther(deployment: Deployment, deploymentId: string, deadlineAt: number): Promise<void> {
  const { world } = deployment;
  const pace = createPace();
  for (let status = ""; ; ) {
    const command = new GetDeploymentCommand({ deploymentId });
    const { deploymentInfo } = await world.clients.codedeploy.send(command, { abortSignal: world.signal });
    const now = deploymentInfo?.status ?? "";
    if (["Succeeded", "Failed", "Stopped"].includes(now)) return;
    if (world.clock.now() >= deadlineAt) throw stillBusy(deployment, `deployment ${deploymentId}`);
    if (!status)
      world.log.info(
        `Waiting for deployment ${deploymentId} of this group (${deploymentInfo?.description}).`,
      );
    const pause = pace.next(now !== status);
    status = now;
    await world.clock.wait(Math.min(pause, Math.max(0, deadlineAt - world.clock.now())), world.signal);
  }
}

function stillBusy({ record, inputs }: Deployment, what: string): Failure {
  record.status = "timed-out";
  return new Failure(
    `The deadline passed while ${what} of group ${inputs.codeDeployDeploymentGroup} went on`,
    {
      nextStep: "let it end or stop it, then run this job again; nothing was deployed.",
    },
  );
}
