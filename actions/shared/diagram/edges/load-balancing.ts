import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import type { DrawnResources } from "../drawn-resources.ts";
import { targetGroupsOf } from "../relations.ts";
import { type EdgeDraft, edgesAlong, type FindEdges, reversed } from "./edge.ts";

const elb = "AWS::ElasticLoadBalancingV2::";
const service = "AWS::ECS::Service";

/** Listener → target group, by its default or a rule. */
export const findForwards: FindEdges = (resources) => {
  const rules = resources.ofType(`${elb}ListenerRule`);
  const listenerOf = (rule: EvaluatedResource) =>
    resources.targetsAt(rule, "ListenerArn", [`${elb}Listener`]);
  const byDefault = resources.ofType(`${elb}Listener`).flatMap((listener) => {
    const label = rules.some((rule) => listenerOf(rule).includes(listener)) ? "all else" : "all";
    return targetGroupsOf(listener, resources).map((to) => ({ from: listener, to, label }));
  });
  const byRule = rules.flatMap((rule) =>
    listenerOf(rule).flatMap((from) =>
      targetGroupsOf(rule, resources).map((to) => ({ from, to, label: conditionsOf(rule, resources) })),
    ),
  );
  return [...byDefault, ...byRule];
};

/** Returns the paths, hosts or addresses that a rule is for. */
function conditionsOf(rule: EvaluatedResource, resources: DrawnResources): string {
  const values = (config: string) => resources.textsAt(rule, `Conditions.${config}`);
  const paths = [
    ...values("PathPatternConfig.Values"),
    ...values("Values"),
    ...values("HostHeaderConfig.Values"),
  ];
  const sources = values("SourceIpConfig.Values");
  return [paths.join(", "), sources.length > 0 ? `from ${sources.join(", ")}` : ""].filter(Boolean).join(" ");
}

/** Target group → service: the serving one, and the one that the next deployment uses. */
export const findTargets: FindEdges = (resources) => {
  const groupType = [`${elb}TargetGroup`];
  const now = reversed(
    edgesAlong(resources, service, "LoadBalancers.TargetGroupArn", groupType, () => "serves"),
  );
  const pairs = resources.ofType("AWS::CodeDeploy::DeploymentGroup").flatMap((group) => {
    const named = resources.targetsAt(
      group,
      "LoadBalancerInfo.TargetGroupPairInfoList.TargetGroups.Name",
      groupType,
    );
    return resources
      .targetsAt(group, "ECSServices.ServiceName", [service])
      .flatMap((to) => named.map((from): EdgeDraft => ({ from, to, label: "next release", isDashed: true })));
  });
  const isServing = ({ from, to }: EdgeDraft) => now.some((edge) => edge.from === from && edge.to === to);
  return [...now, ...pairs.filter((edge) => !isServing(edge))];
};
