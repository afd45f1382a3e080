import type { DeploymentGroupInfo } from "@aws-sdk/client-codedeploy";
import type { Service } from "@aws-sdk/client-ecs";
import { advice, type Finding, fault, note } from "../../core/findings.ts";
import { gateStages } from "../ecs/snapshot.ts";
import type { DeployInputs } from "../inputs.ts";

/** Minutes that a fix proposes for the approval. */
const proposedMinutes = 60;

const wanted = "wait-until: ready needs a deployment that waits before it shifts the traffic";
const untested = (owner: string) =>
  note(`${owner} has no test listener, so the output test-url stays empty and no request reaches new tasks.`);

/**
 * Checks that CodeDeploy waits before it reroutes the traffic. CreateDeployment has no parameter for that (API
 * reference): only the deployment group's deploymentReadyOption decides.
 */
export function checkReadyOption(
  group: DeploymentGroupInfo | undefined,
  { codeDeployApplication, codeDeployDeploymentGroup: name }: DeployInputs,
): Finding[] {
  if (!group)
    return fault(
      `${wanted}; nobody sees whether deployment group ${name} makes it wait`,
      "allow codedeploy:GetDeploymentGroup in the policy of this job's role",
    );
  const { deploymentReadyOption, ...others } = group.blueGreenDeploymentConfiguration ?? {};
  const { actionOnTimeout = "CONTINUE_DEPLOYMENT", waitTimeInMinutes = 0 } = deploymentReadyOption ?? {};
  if (actionOnTimeout !== "STOP_DEPLOYMENT") {
    const ready = { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: proposedMinutes };
    const configuration = JSON.stringify({ ...others, deploymentReadyOption: ready });
    return fault(
      `${wanted}; deployment group ${name} reroutes at once (${actionOnTimeout}), and a single deployment cannot change that`,
      `make every deployment of the group wait: aws deploy update-deployment-group --application-name ${codeDeployApplication} --current-deployment-group-name ${name} --blue-green-deployment-configuration '${configuration}'`,
    );
  }
  const [pair] = group.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  return [
    ...note(
      `The deployment waits for mode: continue; after ${waitTimeInMinutes} minutes, CodeDeploy stops it.`,
    ),
    ...(pair?.testTrafficRoute?.listenerArns?.length ? [] : untested(`deployment group ${name}`)),
  ];
}

/** Checks that ECS pauses before it shifts the traffic ("Pause hooks", developer guide). */
export function checkPauseHooks({ cluster, service: name }: DeployInputs, service: Service): Finding[] {
  const { deploymentConfiguration: configuration = {}, loadBalancers = [] } = service;
  const { strategy = "ROLLING", lifecycleHooks = [] } = configuration;
  const advanced = loadBalancers.flatMap((each) => each.advancedConfiguration ?? []);
  if (strategy === "ROLLING" || advanced.length === 0)
    return fault(
      `${wanted}; ECS updates ${name} with the strategy ${strategy} and no traffic to shift, so new tasks serve at once`,
      "give the service the strategy BLUE_GREEN with an alternate target group and a test listener rule, or leave out wait-until: ready",
    );
  const pauses = lifecycleHooks.filter(({ targetType }) => targetType === "PAUSE");
  const stages = pauses.flatMap(({ lifecycleStages = [] }) => lifecycleStages);
  const gate = gateStages.find((stage) => stages.some((each) => each === stage));
  const timeout = pauses.find(({ lifecycleStages = [] }) => lifecycleStages.some((each) => each === gate));
  const { timeoutInMinutes = 1440, action = "ROLLBACK" } = timeout?.timeoutConfiguration ?? {};
  if (!gate) {
    const hook = {
      targetType: "PAUSE",
      lifecycleStages: gateStages.slice(0, 1),
      timeoutConfiguration: { timeoutInMinutes: proposedMinutes, action },
    };
    const changed = JSON.stringify({ ...configuration, lifecycleHooks: [...lifecycleHooks, hook] });
    return fault(
      `${wanted}; service ${name} has no lifecycle hook of type PAUSE at ${gateStages.join(" or ")}`,
      `make every deployment of the service pause: aws ecs update-service --cluster ${cluster} --service ${name} --deployment-configuration '${changed}'`,
    );
  }
  const others = stages.filter((stage) => stage !== gate);
  const isRepeated = gate === "PRE_PRODUCTION_TRAFFIC_SHIFT" && strategy !== "BLUE_GREEN";
  return [
    ...note(
      `The deployment waits for mode: continue; after ${timeoutInMinutes} minutes, ECS ${action === "CONTINUE" ? "shifts the traffic" : "rolls it back"}.`,
    ),
    ...(advanced.some(({ testListenerRule }) => testListenerRule) ? [] : untested(`service ${name}`)),
    ...(others.length > 0 || isRepeated
      ? advice(
          `Service ${name} also pauses ${isRepeated ? "before each later step of the shift" : `at ${others.join(", ")}`}: each pause needs its own ContinueServiceDeployment`,
          `keep one PAUSE hook, at ${gateStages[0]}`,
        )
      : []),
  ];
}
