import { sameValue } from "../template/value.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { boolean, integer, list, object, oneOf, tags, text } from "./shape.ts";
import { tagChanges } from "./tag-changes.ts";
import { waitUntil } from "./wait-until.ts";

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
