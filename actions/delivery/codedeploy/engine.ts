import { type DeploymentGroupInfo, GetDeploymentConfigCommand } from "@aws-sdk/client-codedeploy";
import { type Finding, lookUp } from "../../core/findings.ts";
import { persist } from "../../core/outage-tolerance.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Engine } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { diffService, serviceInAppSpec, serviceInProduction } from "../plan/plan.ts";
import { beginChecking } from "../verify/checking.ts";
import { type AppSpec, checkCapacityProviders, generateAppSpec, readAppSpec } from "./app-spec.ts";
import { beginDeployment } from "./begin.ts";
import { computeBudget } from "./budget.ts";
import { findGroup } from "./group.ts";

/** Blue/green through CodeDeploy, for services with the deployment controller CODE_DEPLOY. */
export function createCodeDeployEngine(
  service: RunningService,
  context: DeliveryContext,
  inputs: DeployInputs,
): Engine {
  let appSpec: AppSpec | undefined;
  let group: DeploymentGroupInfo | undefined;
  return {
    async verify(taskDefinition) {
      const [found, config] = await Promise.all([
        findGroup(context, inputs),
        findDeploymentConfig(context, inputs),
      ]);
      group = found.value && { ...found.value, ...config.override };
      if (inputs.appSpecFile) context.log.info(`AppSpec: ${inputs.appSpecFile}.`);
      const read = inputs.appSpecFile
        ? readAppSpec(inputs.appSpecFile, taskDefinition)
        : generateAppSpec(service.service, taskDefinition);
      appSpec = read.appSpec;
      const kept = appSpec ? checkCapacityProviders(service.service, appSpec) : [];
      const volumes = refuseVolumes(inputs);
      const faults = [...volumes, ...found.findings, ...config.findings, ...read.findings, ...kept];
      if (!group || found.findings.length > 0 || !taskDefinition) return faults;
      const { checkGroupTraffic } = await import("../verify/group-traffic.ts");
      return [
        ...faults,
        ...(await checkGroupTraffic(beginChecking(context, taskDefinition, service), group)),
      ];
    },
    containerName: () => appSpec?.containerName,
    serviceChanges: () =>
      appSpec ? diffService(serviceInProduction(service.service), serviceInAppSpec(appSpec.properties)) : [],
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
  return [
    {
      text: `CodeDeploy deploys ${service} and cannot set service-managed-ebs-volume`,
      fix: "remove the input, or use a service with the deployment controller ECS",
    },
  ];
}

/** Finds the configuration that replaces the deployment group's, if any, and checks that it is one for ECS. */
async function findDeploymentConfig(
  context: DeliveryContext,
  { codeDeployDeploymentConfig: name }: DeployInputs,
): Promise<{ override: { deploymentConfigName?: string }; findings: Finding[] }> {
  if (!name) return { override: {}, findings: [] };
  const command = new GetDeploymentConfigCommand({ deploymentConfigName: name });
  const { value, findings } = await lookUp(
    `deployment configuration ${name}`,
    () => persist(context, () => context.clients.codedeploy.send(command, { abortSignal: context.signal })),
    {
      DeploymentConfigDoesNotExistException: `there is no CodeDeploy deployment configuration ${name} (input codedeploy-deployment-config), such as CodeDeployDefault.ECSCanary10Percent5Minutes`,
    },
  );
  const platform = value?.deploymentConfigInfo?.computePlatform ?? "ECS";
  if (platform !== "ECS")
    findings.push({
      text: `deployment configuration ${name} is for the compute platform ${platform}, not ECS`,
    });
  return { override: { deploymentConfigName: name }, findings };
}
