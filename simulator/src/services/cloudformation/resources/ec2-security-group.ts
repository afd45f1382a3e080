import type { IpPermission } from "@aws-sdk/client-ec2";
import { sameValue } from "../template/value.ts";
import { ec2Tagging, tagSpecifications } from "./ec2-network.ts";
import { type Properties, physicalId, type ResourceContext, resourceType } from "./resource-type.ts";

type Direction = "Ingress" | "Egress";

/** The property with the group at the other end of a rule. */
const peers = { Ingress: "SourceSecurityGroupId", Egress: "DestinationSecurityGroupId" } as const;

export const securityGroup = resourceType({
  find: async ({ aws }, id) => (await aws.ec2.describeSecurityGroups({ GroupIds: [id] })).SecurityGroups?.[0],
  attributes: { GroupId: physicalId, VpcId: ({ found }) => found.VpcId },
  tagging: ec2Tagging,
  async create(context, properties) {
    const { GroupId = "" } = await context.aws.ec2.createSecurityGroup({
      GroupName: properties.GroupName ?? context.generateName(255),
      Description: properties.GroupDescription,
      VpcId: properties.VpcId,
      TagSpecifications: tagSpecifications("security-group", properties),
    });
    context.identify(GroupId);
    await setRules(context, GroupId, properties, {});
    return GroupId;
  },
  update: setRules,
  delete: ({ aws }, id) => aws.ec2.deleteSecurityGroup({ GroupId: id }),
});

/** The default egress rule of every new group of a VPC. */
const allowAll: Properties = { IpProtocol: "-1", CidrIp: "0.0.0.0/0" };

async function setRules({ aws }: ResourceContext, GroupId: string, next: Properties, previous: Properties) {
  for (const [direction, otherwise] of [
    ["Ingress", []],
    ["Egress", [allowAll]],
  ] as const) {
    const before: readonly Properties[] = previous[`SecurityGroup${direction}`] ?? otherwise;
    const after: readonly Properties[] = next[`SecurityGroup${direction}`] ?? otherwise;
    const old = permissionsOf(before, after);
    const added = permissionsOf(after, before);
    if (old.length > 0) await aws.ec2[`revokeSecurityGroup${direction}`]({ GroupId, IpPermissions: old });
    if (added.length > 0)
      await aws.ec2[`authorizeSecurityGroup${direction}`]({ GroupId, IpPermissions: added });
  }
}

/** Returns the rules that are not among the others. */
function permissionsOf(rules: readonly Properties[], others: readonly Properties[]): IpPermission[] {
  return rules.filter((rule) => !others.some((other) => sameValue(rule, other))).map(permission);
}

function permission({ CidrIp, Description, ...rule }: Properties): IpPermission {
  const { IpProtocol, FromPort, ToPort } = rule;
  const GroupId = rule[peers.Ingress] ?? rule[peers.Egress];
  return {
    ...{ IpProtocol, FromPort, ToPort },
    IpRanges: CidrIp ? [{ CidrIp, Description }] : undefined,
    UserIdGroupPairs: GroupId ? [{ GroupId, Description }] : undefined,
  };
}

/** A rule outside its group, such as for a group of another stack; its physical id is the rule's. */
function ruleType(direction: Direction) {
  return resourceType({
    attributes: { Id: physicalId },
    async create({ aws }, { GroupId, ...rule }) {
      const { SecurityGroupRules: [made] = [] } = await aws.ec2[`authorizeSecurityGroup${direction}`]({
        GroupId,
        IpPermissions: [permission(rule)],
      });
      return made?.SecurityGroupRuleId;
    },
    update: ({ aws }, SecurityGroupRuleId, { GroupId, Description }) =>
      aws.ec2[`updateSecurityGroupRuleDescriptions${direction}`]({
        GroupId,
        SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description }],
      }),
    delete: async ({ aws }, id, { GroupId }) =>
      aws.ec2[`revokeSecurityGroup${direction}`]({ GroupId, SecurityGroupRuleIds: [id] }),
  });
}

export const securityGroupIngress = ruleType("Ingress");
export const securityGroupEgress = ruleType("Egress");
