import { permission } from "./ec2-security-group.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { ResourceContext, ResourceType } from "./resource-type.ts";
import { integer, text } from "./shape.ts";

const ec2 = (context: ResourceContext) => context.environment.aws.ec2;

const properties = {
  GroupId: text,
  IpProtocol: text,
  FromPort: integer,
  ToPort: integer,
  CidrIp: text,
  SourceSecurityGroupId: text,
};

/** A rule beside its group, for groups of another stack; its physical id is the rule's. */
export const securityGroupIngress: ResourceType = {
  properties,
  required: ["GroupId", "IpProtocol"],
  replacement: Object.keys(properties),
  attributes: ["Id"],
  async create(context, { GroupId, ...rule }) {
    const { SecurityGroupRules: [made] = [] } = await ec2(context).authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [permission(rule)],
    });
    return made?.SecurityGroupRuleId ?? "";
  },
  readAttributes: async (_, id) => ({ Id: id }),
  delete: (context, id, { GroupId }) =>
    ignoreMissing(["InvalidGroup.NotFound", "InvalidSecurityGroupRuleId.NotFound"], () =>
      ec2(context).revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: [id] }),
    ),
};
