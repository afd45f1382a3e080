import type { DeploymentGroupInfo } from "@aws-sdk/client-codedeploy";
import { lastSegment } from "../../../core/arn.ts";
import type { Lab } from "../lab.ts";
import { broken, type Outcome, verdict } from "../outcome.ts";
import { otherThan, ports, type ServiceName } from "../parts.ts";
import { listenerNames, strayOf } from "./forwarding.ts";

export async function checkDeploymentGroup(lab: Lab, name: ServiceName): Promise<Outcome> {
  const { roles } = lab;
  const group = await roles.deploymentGroup(name);
  const service = await roles.service(name);
  const balancer = await roles.loadBalancer();
  const pair = group.loadBalancerInfo?.targetGroupPairInfoList?.[0];
  const shown = group.deploymentGroupName;
  const [deployed] = group.ecsServices ?? [];
  const wanted = `${lastSegment(service.clusterArn ?? "")}/${service.serviceName}`;
  const found = `${deployed?.clusterName}/${deployed?.serviceName}`;
  const problems = [
    ...(deployed?.serviceName === service.serviceName && (!deployed?.clusterName || found === wanted)
      ? []
      : [`${shown} deploys ${found}, not ${wanted}`]),
    ...wayProblems(group),
  ];
  const routes = { production: pair?.prodTrafficRoute, test: pair?.testTrafficRoute };
  const names = await roles.pairOf(name);
  const absent = new Set<string>();
  for (const listener of listenerNames) {
    const arn = (await roles.listener(listener)).ListenerArn;
    if (!routes[listener]?.listenerArns?.includes(arn ?? ""))
      problems.push(
        `${shown} does not have listener ${ports[listener]} of ${balancer.LoadBalancerName} as its ${listener} listener`,
      );
    const { TargetGroupName = "" } = await roles.targetGroup(name, listener);
    const lack = `${shown} lacks ${TargetGroupName}, which the listeners use; it has ${names.join(" and ")}`;
    if (!names.includes(TargetGroupName)) absent.add((await strayOf(lab, name, listener)) ?? lack);
  }
  const own = (await roles.targetGroups(name)).filter(({ TargetGroupName }) =>
    names.includes(TargetGroupName),
  );
  const [foreign] = await roles.foreignGroups(name);
  const elsewhere = own.find(({ VpcId }) => VpcId !== balancer.VpcId);
  if (new Set(names).size < 2)
    problems.push(`${shown} has the target groups ${names.join(" and ") || "none"}, not two`);
  else if (absent.size > 0) problems.push(...absent);
  else if (foreign)
    problems.push(`${shown} has ${foreign.TargetGroupName}, which is the ${otherThan(name)}'s`);
  else if (elsewhere)
    problems.push(
      `${elsewhere.TargetGroupName} of ${shown} is in ${elsewhere.VpcId}, its load balancer in ${balancer.VpcId}`,
    );
  return verdict(problems, `${shown}: ${service.serviceName}, ${names.join(" and ")}`, {
    console: `CodeDeploy → ${group.applicationName} → ${shown} → Edit: correct what the evidence says.`,
    cli: `aws deploy get-deployment-group --application-name ${group.applicationName} --deployment-group-name ${shown}; correct it, then aws deploy update-deployment-group --application-name ${group.applicationName} --current-deployment-group-name ${shown} --cli-input-json file://group.json`,
  });
}

/** Least and most minutes that the old tasks stay: the course has 5, the console proposes an hour. */
const shortestWait = 1;
const longestWait = 30;

/** How a deployment goes on: it needs nobody, leaves a way back, and does not block the next one. */
function wayProblems(group: DeploymentGroupInfo): string[] {
  const { deploymentGroupName: shown, deploymentStyle, blueGreenDeploymentConfiguration = {} } = group;
  const { deploymentReadyOption, terminateBlueInstancesOnDeploymentSuccess: old } =
    blueGreenDeploymentConfiguration;
  const style = `${deploymentStyle?.deploymentType}, ${deploymentStyle?.deploymentOption}`;
  const wait = old?.terminationWaitTimeInMinutes ?? 0;
  return broken(
    [!deploymentStyle || style === "BLUE_GREEN, WITH_TRAFFIC_CONTROL", `${shown} has the style ${style}`],
    [
      deploymentReadyOption?.actionOnTimeout !== "STOP_DEPLOYMENT",
      `${shown} waits for somebody to reroute the traffic; the course reroutes it immediately`,
    ],
    [old?.action !== "KEEP_ALIVE", `${shown} never ends the old tasks; the course does after 5 minutes`],
    [
      !old || old.action === "KEEP_ALIVE" || (shortestWait <= wait && wait <= longestWait),
      `${shown} ends the old tasks after ${wait} minutes, the course after 5: ${wait < shortestWait ? "no way back is left" : "the next deployment waits for it"}`,
    ],
  );
}
