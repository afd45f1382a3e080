import type {
  IpPermission,
  SecurityGroupRule,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
} from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { peerName, sameRule, toRules } from "./permissions.ts";
import { type Ec2State, find, invalidValue, type Rule, type SecurityGroup, unsupported } from "./state.ts";

/** The short form (CidrIp, IpProtocol, …) is one flattened permission. */
interface PermissionInput {
  GroupId?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
  CidrIp?: string | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
}

const members = ["GroupId", "IpPermissions", "CidrIp", "IpProtocol", "FromPort", "ToPort"] as const;

export function securityGroupRuleOperations(state: Ec2State): Service<"ec2">["operations"] {
  return {
    authorizeSecurityGroupIngress: (input) => {
      refuseUnsupported(unsupported, "AuthorizeSecurityGroupIngress", input, members);
      return authorize(state, false, input);
    },
    authorizeSecurityGroupEgress: (input) => {
      refuseUnsupported(unsupported, "AuthorizeSecurityGroupEgress", input, members);
      return authorize(state, true, input);
    },
    revokeSecurityGroupIngress: (input) => {
      refuseUnsupported(unsupported, "RevokeSecurityGroupIngress", input, [
        ...members,
        "SecurityGroupRuleIds",
      ]);
      return revoke(state, false, input);
    },
    revokeSecurityGroupEgress: (input) => {
      refuseUnsupported(unsupported, "RevokeSecurityGroupEgress", input, [
        ...members,
        "SecurityGroupRuleIds",
      ]);
      return revoke(state, true, input);
    },
    updateSecurityGroupRuleDescriptionsIngress: (input) => changeDescriptions(state, input),
    updateSecurityGroupRuleDescriptionsEgress: (input) => changeDescriptions(state, input),
    describeSecurityGroupRules: (input) => {
      refuseUnsupported(unsupported, "DescribeSecurityGroupRules", input, [
        "Filters",
        "SecurityGroupRuleIds",
      ]);
      const { Filters = [], SecurityGroupRuleIds: ids } = input;
      const other = Filters.find(({ Name }) => Name !== "group-id" && Name !== "security-group-rule-id");
      if (other)
        throw invalidValue(
          `The filter '${other.Name}' is invalid. Supported: group-id, security-group-rule-id.`,
        );
      const rules = [...state.securityGroups.values()]
        .flatMap((group) => group.rules.map((rule) => describe(state, group, rule)))
        .filter((rule) => !ids || ids.includes(rule.SecurityGroupRuleId ?? ""))
        .filter((rule) =>
          Filters.every(({ Name, Values = [] }) =>
            Values.includes((Name === "group-id" ? rule.GroupId : rule.SecurityGroupRuleId) ?? ""),
          ),
        );
      return { SecurityGroupRules: rules };
    },
  };
}

function authorize(state: Ec2State, egress: boolean, input: PermissionInput) {
  const group = find(state, "securityGroups", input.GroupId);
  const rules = permissionsOf(input).flatMap((permission) => toRules(state, egress, permission));
  const known = rules.find((rule) => group.rules.some((other) => sameRule(rule, other)));
  if (known)
    throw new AwsError("InvalidPermission.Duplicate", `the specified rule "${name(known)}" already exists`);
  group.rules = [...group.rules, ...rules];
  return { Return: true, SecurityGroupRules: rules.map((rule) => describe(state, group, rule)) };
}

function changeDescriptions(state: Ec2State, input: UpdateSecurityGroupRuleDescriptionsIngressRequest) {
  refuseUnsupported(unsupported, "UpdateSecurityGroupRuleDescriptions", input, [
    "GroupId",
    "SecurityGroupRuleDescriptions",
  ]);
  const group = find(state, "securityGroups", input.GroupId);
  for (const { SecurityGroupRuleId, Description } of input.SecurityGroupRuleDescriptions ?? []) {
    const rule = group.rules.find(({ id }) => id === SecurityGroupRuleId);
    if (!rule) throw noSuchRule();
    rule.description = Description;
  }
  return { Return: true };
}

function noSuchRule(): AwsError {
  return new AwsError(
    "InvalidPermission.NotFound",
    "The specified rule does not exist in this security group.",
  );
}

function revoke(
  state: Ec2State,
  egress: boolean,
  input: PermissionInput & { SecurityGroupRuleIds?: string[] | undefined },
) {
  const group = find(state, "securityGroups", input.GroupId);
  const mine = group.rules.filter((rule) => rule.egress === egress);
  const named = (input.SecurityGroupRuleIds ?? []).map((id) => mine.find((rule) => rule.id === id));
  const described = input.SecurityGroupRuleIds
    ? []
    : permissionsOf(input)
        .flatMap((permission) => toRules(state, egress, permission))
        .map((rule) => mine.find((other) => sameRule(rule, other)));
  const revoked = [...named, ...described];
  if (revoked.includes(undefined)) throw noSuchRule();
  group.rules = group.rules.filter((rule) => !revoked.includes(rule));
  return { Return: true, UnknownIpPermissions: [] };
}

function permissionsOf(input: PermissionInput): IpPermission[] {
  const { IpPermissions, CidrIp, IpProtocol, FromPort, ToPort } = input;
  if (IpPermissions && IpProtocol !== undefined)
    throw new AwsError("InvalidParameterCombination", "Give either ipPermissions or ipProtocol, not both.");
  if (IpPermissions) return IpPermissions;
  if (IpProtocol === undefined || CidrIp === undefined)
    throw new AwsError(
      "MissingParameter",
      "The request must contain ipPermissions, or ipProtocol and cidrIp.",
    );
  return [{ IpProtocol, FromPort, ToPort, IpRanges: [{ CidrIp }] }];
}

function name({ protocol, from, to, peer }: Rule): string {
  const traffic = protocol === "-1" ? "ALL" : protocol.toUpperCase();
  const ports = from === undefined ? "" : `, from port: ${from}, to port: ${to}`;
  return `peer: ${peerName(peer)}, ${traffic}${ports}, ALLOW`;
}

function describe(state: Ec2State, group: SecurityGroup, rule: Rule): SecurityGroupRule {
  const { peer } = rule;
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: state.accountId,
    IsEgress: rule.egress,
    IpProtocol: rule.protocol,
    // EC2 reports -1 where a rule means every port.
    FromPort: rule.from ?? -1,
    ToPort: rule.to ?? -1,
    CidrIpv4: peer.kind === "ipv4" ? peer.cidr : undefined,
    CidrIpv6: peer.kind === "ipv6" ? peer.cidr : undefined,
    ReferencedGroupInfo:
      peer.kind === "group" ? { GroupId: peer.groupId, UserId: state.accountId } : undefined,
    Description: rule.description,
    Tags: [],
  };
}
