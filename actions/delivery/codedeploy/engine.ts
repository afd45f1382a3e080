import type { DeploymentGroupInfo } from "@aws-sdk/client-codedeploy";
import { type Finding, fault } from "../../core/findings.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Engine } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { beginChecking } from "../verify/checking.ts";
import { type AppSpec, readAppSpec } from "./app-spec.ts";
import { beginDeployment } from "./begin.ts";
import { computeBudget } from "./budget.ts";
import { findGroup } from "./group.ts";

/** Blue/green through CodeDeploy, for services with the deployment controller CODE_DEPLOY. */
export function createCodeDeployEngine(
  running: RunningService,
  context: DeliveryContext,
  inputs: DeployInputs,
): Engine {
  let appSpec: AppSpec | undefined;
  let group: DeploymentGroupInfo | undefined;
  return {
    async verify(taskDefinition) {
      const volumes = refuseVolumes(inputs);
      const found = await findGroup(context, inputs);
      group = found.value;
      if (inputs.appSpecFile) context.log.info(`AppSpec: ${inputs.appSpecFile}.`);
      const read = readAppSpec(inputs.appSpecFile, running.service, taskDefinition);
      appSpec = read.appSpec;
      const findings = [...volumes, ...found.findings, ...read.findings];
      if (!group || !taskDefinition) return findings;
      const { checkGroupTraffic } = await import("../verify/group-traffic.ts");
      const checking = beginChecking(context, taskDefinition, running);
      return [...findings, ...(await checkGroupTraffic(checking, group))];
    },
    containerName: () => appSpec?.containerName,
    serviceChanges: () => [...(appSpec?.serviceChanges ?? [])],
    computeBudget: () => computeBudget(context, inputs, group),
    begin(revision, current) {
      if (!appSpec) throw new Error("begin is called after verify");
      return beginDeployment(context, inputs, appSpec.contentFor(revision), current);
    },
  };
}

/** ECS API reference, UpdateService: the volumes of a CODE_DEPLOY service cannot be updated. */
function refuseVolumes({ service, serviceSettings }: DeployInputs): Finding[] {
  if (!serviceSettings?.volumeConfigurations) return [];
  return fault(
    `CodeDeploy deploys ${service} and cannot set service-managed-ebs-volume`,
    "remove the input, or use a service with the deployment controller ECS",
  );
}
