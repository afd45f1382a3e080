import { sameValue } from "../template/value.ts";
import {
  type Properties,
  physicalId,
  type ResourceContext,
  resourceType,
  settled,
  type Tagging,
} from "./resource-type.ts";

/** ELB's limit on names of load balancers and target groups. */
const maximumName = 32;

const tagging: Tagging = {
  set: (aws, arn, Tags) => aws.elbv2.addTags({ ResourceArns: [arn], Tags }),
  remove: (aws, arn, TagKeys) => aws.elbv2.removeTags({ ResourceArns: [arn], TagKeys }),
};

export const loadBalancer = resourceType({
  find: findLoadBalancer,
  attributes: {
    LoadBalancerArn: physicalId,
    DNSName: ({ found }) => found.DNSName,
    LoadBalancerName: ({ found }) => found.LoadBalancerName,
    LoadBalancerFullName: ({ id }) => fullName(id).replace("loadbalancer/", ""),
    CanonicalHostedZoneID: ({ found }) => found.CanonicalHostedZoneId,
  },
  tagging,
  async create({ aws, generateName, identify }, properties) {
    const { LoadBalancerAttributes: Attributes, Tags, ...rest } = properties;
    const { LoadBalancers = [] } = await aws.elbv2.createLoadBalancer({
      ...rest,
      Name: properties.Name ?? generateName(maximumName),
      Tags: Tags?.length ? Tags : undefined,
    });
    const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn ?? "";
    identify(LoadBalancerArn);
    if (Attributes) await aws.elbv2.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
    return LoadBalancerArn;
  },
  stabilize: (context, id) =>
    settled(context, async () => {
      const state = (await findLoadBalancer(context, id))?.State;
      if (state?.Code === "failed") throw new Error(state.Reason ?? `load balancer ${id} failed`);
      return state?.Code === "active";
    }),
  async update({ aws: { elbv2 } }, LoadBalancerArn, next, previous) {
    const { SecurityGroups, Subnets, LoadBalancerAttributes: Attributes } = next;
    if (!sameValue(SecurityGroups, previous.SecurityGroups))
      await elbv2.setSecurityGroups({ LoadBalancerArn, SecurityGroups });
    if (!sameValue(Subnets, previous.Subnets)) await elbv2.setSubnets({ LoadBalancerArn, Subnets });
    if (Attributes) await elbv2.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
  },
  delete: ({ aws }, id) => aws.elbv2.deleteLoadBalancer({ LoadBalancerArn: id }),
});

async function findLoadBalancer({ aws }: ResourceContext, id: string) {
  return (await aws.elbv2.describeLoadBalancers({ LoadBalancerArns: [id] })).LoadBalancers?.[0];
}

/** The part of an ELB ARN that names the resource: `targetgroup/name/0123456789abcdef`. */
function fullName(arn: string): string {
  return arn.split(":").slice(5).join(":");
}

export const targetGroup = resourceType({
  find: async ({ aws }, id) =>
    (await aws.elbv2.describeTargetGroups({ TargetGroupArns: [id] })).TargetGroups?.[0],
  attributes: {
    TargetGroupArn: physicalId,
    TargetGroupName: ({ found }) => found.TargetGroupName,
    TargetGroupFullName: ({ id }) => fullName(id),
  },
  tagging,
  async create({ aws, generateName, identify }, properties) {
    const { TargetGroupAttributes: Attributes, Tags, ...rest } = properties;
    const { TargetGroups = [] } = await aws.elbv2.createTargetGroup({
      ...rest,
      Name: properties.Name ?? generateName(maximumName),
      Tags: Tags?.length ? Tags : undefined,
    });
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? "";
    identify(TargetGroupArn);
    if (Attributes) await aws.elbv2.modifyTargetGroupAttributes({ TargetGroupArn, Attributes });
    return TargetGroupArn;
  },
  async update({ aws: { elbv2 } }, TargetGroupArn, next) {
    const {
      Name,
      VpcId,
      TargetType,
      Protocol,
      Port,
      TargetGroupAttributes: Attributes,
      Tags,
      ...rest
    } = next;
    await elbv2.modifyTargetGroup({ ...rest, TargetGroupArn });
    if (Attributes) await elbv2.modifyTargetGroupAttributes({ TargetGroupArn, Attributes });
  },
  delete: ({ aws }, id) => aws.elbv2.deleteTargetGroup({ TargetGroupArn: id }),
});

export const listener = resourceType({
  find: async ({ aws }, id) => (await aws.elbv2.describeListeners({ ListenerArns: [id] })).Listeners?.[0],
  attributes: { ListenerArn: physicalId },
  async create({ aws }, { LoadBalancerArn, DefaultActions, ...rest }) {
    const { Listeners = [] } = await aws.elbv2.createListener({ LoadBalancerArn, DefaultActions, ...rest });
    return Listeners[0]?.ListenerArn;
  },
  update: ({ aws }, ListenerArn, next, previous) =>
    aws.elbv2.modifyListener({ ListenerArn, ...changed(next, previous) }),
  delete: ({ aws }, id) => aws.elbv2.deleteListener({ ListenerArn: id }),
});

export const listenerRule = resourceType({
  find: async ({ aws }, id) => (await aws.elbv2.describeRules({ RuleArns: [id] })).Rules?.[0],
  attributes: { RuleArn: physicalId },
  async create({ aws }, { ListenerArn, Priority, Conditions, Actions }) {
    const { Rules = [] } = await aws.elbv2.createRule({ ListenerArn, Priority, Conditions, Actions });
    return Rules[0]?.RuleArn;
  },
  async update({ aws: { elbv2 } }, RuleArn, next, previous) {
    const { Priority, ...rest } = changed(next, previous);
    if (Priority !== undefined) await elbv2.setRulePriorities({ RulePriorities: [{ RuleArn, Priority }] });
    if (Object.keys(rest).length > 0) await elbv2.modifyRule({ RuleArn, ...rest });
  },
  delete: ({ aws }, id) => aws.elbv2.deleteRule({ RuleArn: id }),
});

/**
 * Sends only changes of the template: the target groups behind a listener change with every blue/green deployment, and
 * sending the template's again with an unrelated change would undo the last one.
 */
function changed(next: Properties, previous: Properties): Properties {
  return Object.fromEntries(
    Object.entries(next).filter(([name, value]) => !sameValue(value, previous[name])),
  );
}
