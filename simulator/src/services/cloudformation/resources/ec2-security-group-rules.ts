import { permission } from "./ec2-security-group.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { ResourceContext, ResourceType } from "./resource-type.ts";
import { integer, text } from "./shape.ts";

const ec2 = (context: ResourceContext) => context.environment.aws.ec2;

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
