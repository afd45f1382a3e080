import type { EvaluatedResource } from "../../../shared/cloudformation/resources.ts";
import { Reference } from "../../../shared/cloudformation/values.ts";
import type { ProvisionContext } from "../context.ts";

/** An existing resource that becomes the stack's. */
export interface Adoption {
  readonly logicalId: string;
  readonly type: string;
  /** Identifies the resource for CloudFormation's import: its name, ARN or ID. */
  readonly id: string;
}

const loadBalancer = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const listener = "AWS::ElasticLoadBalancingV2::Listener";
const listenerRule = "AWS::ElasticLoadBalancingV2::ListenerRule";

/** Finds the listeners of adopted load balancers by their ports, and their rules by the priorities: they have no names. */
export async function findListeners(
  context: ProvisionContext,
  resources: readonly EvaluatedResource[],
  named: readonly Adoption[],
): Promise<Adoption[]> {
  const balancers = named.filter(({ type }) => type === loadBalancer);
  if (balancers.length === 0) return [];
  const { ElasticLoadBalancingV2Client, DescribeListenersCommand, DescribeRulesCommand } = await import(
    "@aws-sdk/client-elastic-load-balancing-v2"
  );
  const client = new ElasticLoadBalancingV2Client(context.clientConfig);
  const listeners: Adoption[] = [];
  for (const { logicalId, id } of balancers) {
    const command = new DescribeListenersCommand({ LoadBalancerArn: id });
    const { Listeners = [] } = await client.send(command);
    for (const { part, key } of partsOf(resources, listener, ["LoadBalancerArn", logicalId], "Port")) {
      const arn = Listeners.find(({ Port }) => String(Port) === key)?.ListenerArn;
      if (arn) listeners.push({ logicalId: part, type: listener, id: arn });
    }
  }
  const rules: Adoption[] = [];
  for (const { logicalId, id } of listeners) {
    const { Rules = [] } = await client.send(new DescribeRulesCommand({ ListenerArn: id }));
    for (const { part, key } of partsOf(resources, listenerRule, ["ListenerArn", logicalId], "Priority")) {
      const arn = Rules.find(({ Priority }) => Priority === key)?.RuleArn;
      if (arn) rules.push({ logicalId: part, type: listenerRule, id: arn });
    }
  }
  return [...listeners, ...rules];
}

/** Returns the resources of a type that belong to another of the template, each with its key among them. */
function partsOf(
  resources: readonly EvaluatedResource[],
  type: string,
  [property, whole]: readonly [string, string],
  key: string,
): { part: string; key: string }[] {
  return resources.flatMap((resource) => {
    const owner = resource.properties[property];
    const belongs = resource.type === type && owner instanceof Reference && owner.logicalId === whole;
    return belongs ? [{ part: resource.logicalId, key: String(resource.properties[key]) }] : [];
  });
}
