import type { Service } from "@aws-sdk/client-ecs";
import { type Finding, fault } from "../../core/findings.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { Engine } from "../engine.ts";
import { checkPauseHooks } from "../gate/terms.ts";
import type { DeployInputs } from "../inputs.ts";
import { diffService } from "../plan/plan.ts";
import { beginChecking, startsTasks } from "../verify/checking.ts";
import { beginDeployment } from "./begin.ts";
import { budgetOf, settleTermsOf } from "./budget.ts";
import { targetGroupsOf } from "./running-deployment.ts";

/** Rolling updates and ECS's own BLUE_GREEN, LINEAR and CANARY, for services with the deployment controller ECS. */
export function createEcsEngine(
  running: RunningService,
  context: DeliveryContext,
  inputs: DeployInputs,
): Engine {
  const { service } = running;
  const loadBalancers = service.loadBalancers ?? [];
  let drainMs: number | undefined;
  return {
    async verify(taskDefinition) {
      const itself = `ECS deploys ${inputs.service} itself`;
      if (inputs.appSpecFile) context.log.notice(`${itself}: the AppSpec ${inputs.appSpecFile} is not used.`);
      if (inputs.codeDeployDescription)
        context.log.notice(`${itself}: the input codedeploy-deployment-description is not used.`);
      if (inputs.codeDeployDeploymentConfig)
        context.log.notice(
          `${itself}, by the service's own strategy: the input codedeploy-deployment-config is not used.`,
        );
      if (!taskDefinition) return [];
      const faults = loadBalancers.flatMap((each) => checkContainer(each, taskDefinition));
      const { checkServiceTraffic } = await import("../verify/service-traffic.ts");
      const { checkNetworks, tasksOf } = await import("../verify/networks.ts");
      const checking = beginChecking(context, taskDefinition, running);
      const [traffic, networks, drainTime] = await Promise.all([
        checkServiceTraffic(checking),
        startsTasks(inputs, service)
          ? checkNetworks(checking, tasksOf(service, undefined), inputs.isRollback)
          : [],
        findDrainTime(context, service),
      ]);
      drainMs = drainTime;
      const gate = inputs.waitUntil === "ready" ? checkPauseHooks(inputs, service) : [];
      return [...faults, ...traffic, ...networks, ...gate];
    },
    containerName: () => loadBalancers[0]?.containerName,
    serviceChanges() {
      if (inputs.rollbackOnAlarm.length === 0) return [];
      const now = service.deploymentConfiguration?.alarms?.alarmNames ?? [];
      return diffService({ alarms: [...now].sort() }, { alarms: [...inputs.rollbackOnAlarm].sort() });
    },
    computeBudget: async () => budgetOf(service, inputs.waitUntil, drainMs, inputs.waitMs),
    settleTerms: () => settleTermsOf(service.deploymentConfiguration, inputs.rollbackOnAlarm),
    listeners: () =>
      loadBalancers.flatMap(({ advancedConfiguration: advanced }) =>
        advanced
          ? { production: advanced.productionListenerRule ?? "", test: advanced.testListenerRule ?? "" }
          : [],
      ),
    begin: (revision, current) => beginDeployment(context, inputs, revision, current, drainMs),
  };
}

function checkContainer(
  { containerName = "", containerPort }: NonNullable<RunningService["service"]["loadBalancers"]>[number],
  { containerDefinitions = [] }: TaskDefinitionInput,
): Finding[] {
  const container = containerDefinitions.find(({ name }) => name === containerName);
  const names = containerDefinitions.map(({ name }) => name).join(", ");
  if (!container)
    return fault(
      `the service's load balancer forwards to container ${containerName}, which is not in the task definition (it has ${names})`,
    );
  const ports = (container.portMappings ?? []).map((mapping) => mapping.containerPort);
  if (ports.includes(containerPort)) return [];
  return fault(
    `the service's load balancer forwards to port ${containerPort} of container ${containerName}, which maps ${ports.join(", ") || "none"}`,
  );
}

/** This read is not worth a long wait: without a response, the default delay is assumed. */
const toleranceMs = 10_000;

/**
 * Returns how long the load balancer keeps a deregistered task, in milliseconds; undefined where AWS does not show it.
 */
async function findDrainTime(
  { clients, signal }: DeliveryContext,
  service: Service,
): Promise<number | undefined> {
  const groups = targetGroupsOf(service);
  if (groups.length === 0) return undefined;
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(toleranceMs)]);
  try {
    const { DescribeTargetGroupAttributesCommand } = await import(
      "@aws-sdk/client-elastic-load-balancing-v2"
    );
    const client = await clients.elbv2();
    const found = await Promise.all(
      groups.map((TargetGroupArn) =>
        client.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn }), { abortSignal }),
      ),
    );
    const delays = found.flatMap(({ Attributes = [] }) =>
      Attributes.filter(({ Key }) => Key === "deregistration_delay.timeout_seconds").map(({ Value }) =>
        Number(Value),
      ),
    );
    return delays.length > 0 ? Math.max(...delays) * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
