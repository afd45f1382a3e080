import { sameValue } from "../template/value.ts";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  waitUntil,
} from "./resource-type.ts";
import { boolean, integer, list, object, oneOf, tags, text } from "./shape.ts";

const elbv2 = (context: ResourceContext) => context.environment.aws.elbv2;

const attributes = list(object({ Key: text, Value: text }, ["Key", "Value"]));
/** ELB's limit on names of load balancers and target groups. */
const maximumName = 32;

export const loadBalancer: ResourceType = {
  properties: {
    Name: text,
    Type: oneOf("application"),
    Scheme: oneOf("internet-facing", "internal"),
    IpAddressType: oneOf("ipv4"),
    SecurityGroups: list(text),
    Subnets: list(text),
    LoadBalancerAttributes: attributes,
    Tags: tags,
  },
  required: ["Subnets"],
  replacement: ["Name", "Type", "Scheme"],
  nameProperty: "Name",
  attributes: [
    "LoadBalancerArn",
    "DNSName",
    "LoadBalancerName",
    "LoadBalancerFullName",
    "CanonicalHostedZoneID",
  ],
  async create(context, properties) {
    const { LoadBalancerAttributes: Attributes, Tags, ...rest } = properties;
    const { LoadBalancers = [] } = await elbv2(context).createLoadBalancer({
      ...rest,
      Name: properties.Name ?? context.generateName(maximumName),
      Tags: Tags?.length ? Tags : undefined,
    });
    const LoadBalancerArn = LoadBalancers[0]?.LoadBalancerArn ?? "";
    context.identify(LoadBalancerArn);
    if (Attributes) await elbv2(context).modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
    return LoadBalancerArn;
  },
  stabilize: (context, id) =>
    waitUntil(context, async () => {
      const state = (await describeLoadBalancer(context, id))?.State;
      if (state?.Code === "failed") throw new Error(state.Reason ?? `load balancer ${id} failed`);
      return state?.Code === "active";
    }),
  async readAttributes(context, id) {
    const found = await describeLoadBalancer(context, id);
    return {
      LoadBalancerArn: id,
      DNSName: found?.DNSName ?? null,
      LoadBalancerName: found?.LoadBalancerName ?? null,
      LoadBalancerFullName: fullName(id).replace("loadbalancer/", ""),
      CanonicalHostedZoneID: found?.CanonicalHostedZoneId ?? null,
    };
  },
  async update(context, LoadBalancerArn, next, previous) {
    const { SecurityGroups, Subnets, LoadBalancerAttributes: Attributes } = next;
    if (!sameValue(SecurityGroups, previous.SecurityGroups))
      await elbv2(context).setSecurityGroups({ LoadBalancerArn, SecurityGroups });
    if (!sameValue(Subnets, previous.Subnets)) await elbv2(context).setSubnets({ LoadBalancerArn, Subnets });
    if (Attributes) await elbv2(context).modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes });
    await updateTags(context, LoadBalancerArn, next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["LoadBalancerNotFoundException", "LoadBalancerNotFound"], () =>
      elbv2(context).deleteLoadBalancer({ LoadBalancerArn: id }),
    ),
};

export const targetGroup: ResourceType = {
  properties: {
    Name: text,
    VpcId: text,
    TargetType: oneOf("ip"),
    Protocol: oneOf("HTTP"),
    ProtocolVersion: oneOf("HTTP1"),
    Port: integer,
    HealthCheckEnabled: boolean,
    HealthCheckPath: text,
    HealthCheckPort: text,
    HealthCheckProtocol: oneOf("HTTP"),
    HealthCheckIntervalSeconds: integer,
    HealthCheckTimeoutSeconds: integer,
    HealthyThresholdCount: integer,
    UnhealthyThresholdCount: integer,
    Matcher: object({ HttpCode: text }),
    TargetGroupAttributes: attributes,
    Tags: tags,
  },
  required: ["VpcId", "Protocol", "Port", "TargetType"],
  replacement: ["Name", "VpcId", "TargetType", "Protocol", "ProtocolVersion", "Port"],
  nameProperty: "Name",
  attributes: ["TargetGroupArn", "TargetGroupName", "TargetGroupFullName"],
  async create(context, properties) {
    const { TargetGroupAttributes: Attributes, Tags, ...rest } = properties;
    const { TargetGroups = [] } = await elbv2(context).createTargetGroup({
      ...rest,
      Name: properties.Name ?? context.generateName(maximumName),
      Tags: Tags?.length ? Tags : undefined,
    });
    const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? "";
    context.identify(TargetGroupArn);
    if (Attributes) await elbv2(context).modifyTargetGroupAttributes({ TargetGroupArn, Attributes });
    return TargetGroupArn;
  },
  readAttributes: async (_, id) => ({
    TargetGroupArn: id,
    TargetGroupName: fullName(id).split("/")[1] ?? null,
    TargetGroupFullName: fullName(id),
  }),
  async update(context, TargetGroupArn, next, previous) {
    const { Name, VpcId, TargetType, Protocol, ProtocolVersion, Port, ...rest } = next;
    const { TargetGroupAttributes: Attributes, Tags, ...healthCheck } = rest;
    await elbv2(context).modifyTargetGroup({ ...healthCheck, TargetGroupArn });
    if (Attributes) await elbv2(context).modifyTargetGroupAttributes({ TargetGroupArn, Attributes });
    await updateTags(context, TargetGroupArn, next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["TargetGroupNotFoundException", "TargetGroupNotFound"], () =>
      elbv2(context).deleteTargetGroup({ TargetGroupArn: id }),
    ),
};

async function describeLoadBalancer(context: ResourceContext, id: string) {
  const { LoadBalancers = [] } = await elbv2(context).describeLoadBalancers({ LoadBalancerArns: [id] });
  return LoadBalancers[0];
}

/** The part of an ELB ARN that names the resource: `targetgroup/name/0123456789abcdef`. */
function fullName(arn: string): string {
  return arn.split(":").slice(5).join(":");
}

async function updateTags(context: ResourceContext, id: string, next: Properties, previous: Properties) {
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  if (set.length > 0) await elbv2(context).addTags({ ResourceArns: [id], Tags: set });
  if (remove.length > 0) await elbv2(context).removeTags({ ResourceArns: [id], TagKeys: remove });
}

const values = object({ Values: list(text) });

const action = object(
  {
    Type: oneOf("forward", "redirect", "fixed-response"),
    Order: integer,
    TargetGroupArn: text,
    ForwardConfig: object({
      TargetGroups: list(object({ TargetGroupArn: text, Weight: integer })),
      TargetGroupStickinessConfig: object({ Enabled: boolean, DurationSeconds: integer }),
    }),
    RedirectConfig: object({
      Host: text,
      Path: text,
      Port: text,
      Protocol: text,
      Query: text,
      StatusCode: oneOf("HTTP_301", "HTTP_302"),
    }),
    FixedResponseConfig: object({ ContentType: text, MessageBody: text, StatusCode: text }),
  },
  ["Type"],
);

const condition = object(
  {
    Field: text,
    Values: list(text),
    PathPatternConfig: values,
    SourceIpConfig: values,
    HostHeaderConfig: values,
    HttpHeaderConfig: object({ HttpHeaderName: text, Values: list(text) }),
    HttpRequestMethodConfig: values,
    QueryStringConfig: object({ Values: list(object({ Key: text, Value: text })) }),
  },
  [],
);

export const listener: ResourceType = {
  properties: {
    LoadBalancerArn: text,
    Protocol: oneOf("HTTP"),
    Port: integer,
    DefaultActions: list(action),
  },
  required: ["LoadBalancerArn", "Protocol", "Port", "DefaultActions"],
  replacement: ["LoadBalancerArn"],
  attributes: ["ListenerArn"],
  async create(context, { LoadBalancerArn, Protocol, Port, DefaultActions }) {
    const { Listeners = [] } = await elbv2(context).createListener({
      LoadBalancerArn,
      Protocol,
      Port,
      DefaultActions,
    });
    return Listeners[0]?.ListenerArn ?? "";
  },
  readAttributes: async (_, id) => ({ ListenerArn: id }),
  async update(context, ListenerArn, next, previous) {
    await elbv2(context).modifyListener({ ListenerArn, ...changed(next, previous) });
  },
  delete: (context, id) =>
    ignoreMissing(["ListenerNotFoundException", "ListenerNotFound"], () =>
      elbv2(context).deleteListener({ ListenerArn: id }),
    ),
};

export const listenerRule: ResourceType = {
  properties: { ListenerArn: text, Priority: integer, Conditions: list(condition), Actions: list(action) },
  required: ["ListenerArn", "Priority", "Conditions", "Actions"],
  replacement: ["ListenerArn"],
  attributes: ["RuleArn"],
  async create(context, { ListenerArn, Priority, Conditions, Actions }) {
    const { Rules = [] } = await elbv2(context).createRule({ ListenerArn, Priority, Conditions, Actions });
    return Rules[0]?.RuleArn ?? "";
  },
  readAttributes: async (_, id) => ({ RuleArn: id }),
  async update(context, RuleArn, next, previous) {
    const { Priority, ...rest } = changed(next, previous);
    if (Priority !== undefined)
      await elbv2(context).setRulePriorities({ RulePriorities: [{ RuleArn, Priority }] });
    if (Object.keys(rest).length > 0) await elbv2(context).modifyRule({ RuleArn, ...rest });
  },
  delete: (context, id) =>
    ignoreMissing(["RuleNotFoundException", "RuleNotFound"], () =>
      elbv2(context).deleteRule({ RuleArn: id }),
    ),
};

/**
 * Sends only changes of the template: the target groups behind a listener change with every blue/green deployment, and
 * sending the template's again with an unrelated change would undo the last one.
 */
function changed(next: Properties, previous: Properties): Properties {
  const differs = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(previous[name]);
  return Object.fromEntries(Object.entries(next).filter(differs));
}
