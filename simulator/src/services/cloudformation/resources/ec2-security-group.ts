import type { IpPermission } from "@aws-sdk/client-ec2";
import { sameValue } from "../template/value.ts";
import { tagSpecifications, updateTags } from "./ec2-network.ts";
import { ignoreMissing, type Properties, type ResourceContext, type ResourceType } from "./resource-type.ts";
import { integer, list, object, tags, text } from "./shape.ts";

const ec2 = (context: ResourceContext) => context.environment.aws.ec2;

const ports = { IpProtocol: text, FromPort: integer, ToPort: integer, Description: text };
const ingressFields = { ...ports, CidrIp: text, SourceSecurityGroupId: text };
const egressFields = { ...ports, CidrIp: text, DestinationSecurityGroupId: text };

export const securityGroup: ResourceType = {
  properties: {
    GroupName: text,
    GroupDescription: text,
    VpcId: text,
    SecurityGroupIngress: list(object(ingressFields, ["IpProtocol"])),
    SecurityGroupEgress: list(object(egressFields, ["IpProtocol"])),
    Tags: tags,
  },
  required: ["GroupDescription"],
  replacement: ["GroupName", "GroupDescription", "VpcId"],
  nameProperty: "GroupName",
  nameScope: "VpcId",
  attributes: ["GroupId", "VpcId"],
  async create(context, properties) {
    const { GroupId = "" } = await ec2(context).createSecurityGroup({
      GroupName: properties.GroupName ?? context.generateName(255),
      Description: properties.GroupDescription,
      VpcId: properties.VpcId,
      TagSpecifications: tagSpecifications("security-group", properties),
    });
    context.identify(GroupId);
    await authorize(context, GroupId, "Ingress", properties.SecurityGroupIngress ?? []);
    if (properties.SecurityGroupEgress) {
      await revoke(context, GroupId, "Egress", [allowAll]);
      await authorize(context, GroupId, "Egress", properties.SecurityGroupEgress);
    }
    return GroupId;
  },
  async readAttributes(context, id) {
    const { SecurityGroups: [group] = [] } = await ec2(context).describeSecurityGroups({ GroupIds: [id] });
    return { GroupId: id, VpcId: group?.VpcId ?? "" };
  },
  async update(context, id, next, previous) {
    for (const [direction, property, otherwise] of [
      ["Ingress", "SecurityGroupIngress", []],
      ["Egress", "SecurityGroupEgress", [allowAll]],
    ] as const) {
      const before: Properties[] = previous[property] ?? otherwise;
      const after: Properties[] = next[property] ?? otherwise;
      await revoke(context, id, direction, without(before, after));
      await authorize(context, id, direction, without(after, before));
    }
    await updateTags(context, id, next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["InvalidGroup.NotFound", "InvalidGroupId.NotFound"], () =>
      ec2(context).deleteSecurityGroup({ GroupId: id }),
    ),
};

/** The default egress rule of every new group of a VPC. */
const allowAll: Properties = { IpProtocol: "-1", CidrIp: "0.0.0.0/0" };

function without(rules: readonly Properties[], others: readonly Properties[]): Properties[] {
  return rules.filter((rule) => !others.some((other) => sameValue(rule, other)));
}

function permission(rule: Properties): IpPermission {
  const group = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
  const { Description } = rule;
  return {
    IpProtocol: rule.IpProtocol,
    FromPort: rule.FromPort,
    ToPort: rule.ToPort,
    IpRanges: rule.CidrIp ? [{ CidrIp: rule.CidrIp, Description }] : undefined,
    UserIdGroupPairs: group ? [{ GroupId: group, Description }] : undefined,
  };
}

type Direction = "Ingress" | "Egress";

async function authorize(
  context: ResourceContext,
  GroupId: string,
  direction: Direction,
  rules: readonly Properties[],
): Promise<void> {
  if (rules.length === 0) return;
  const request = { GroupId, IpPermissions: rules.map(permission) };
  if (direction === "Ingress") await ec2(context).authorizeSecurityGroupIngress(request);
  else await ec2(context).authorizeSecurityGroupEgress(request);
}

async function revoke(
  context: ResourceContext,
  GroupId: string,
  direction: Direction,
  rules: readonly Properties[],
): Promise<void> {
  if (rules.length === 0) return;
  const request = { GroupId, IpPermissions: rules.map(permission) };
  if (direction === "Ingress") await ec2(context).revokeSecurityGroupIngress(request);
  else await ec2(context).revokeSecurityGroupEgress(request);
}

const traffic = { GroupId: text, IpProtocol: text, FromPort: integer, ToPort: integer, CidrIp: text };

/** A rule outside its group, such as for a group of another stack; its physical id is the rule's. */
function ruleType(direction: "Ingress" | "Egress", peer: string): ResourceType {
  const properties = { ...traffic, [peer]: text };
  return {
    properties: { ...properties, Description: text },
    required: ["GroupId", "IpProtocol"],
    replacement: Object.keys(properties),
    attributes: ["Id"],
    async create(context, { GroupId, ...rule }) {
      const { SecurityGroupRules: [made] = [] } = await ec2(context)[`authorizeSecurityGroup${direction}`]({
        GroupId,
        IpPermissions: [permission(rule)],
      });
      return made?.SecurityGroupRuleId ?? "";
    },
    readAttributes: async (_, id) => ({ Id: id }),
    async update(context, SecurityGroupRuleId, { GroupId, Description }) {
      await ec2(context)[`updateSecurityGroupRuleDescriptions${direction}`]({
        GroupId,
        SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description }],
      });
    },
    delete: (context, id, { GroupId }) =>
      ignoreMissing(["InvalidGroup.NotFound", "InvalidSecurityGroupRuleId.NotFound"], async () => {
        await ec2(context)[`revokeSecurityGroup${direction}`]({ GroupId, SecurityGroupRuleIds: [id] });
      }),
  };
}

export const securityGroupIngress = ruleType("Ingress", "SourceSecurityGroupId");
export const securityGroupEgress = ruleType("Egress", "DestinationSecurityGroupId");
