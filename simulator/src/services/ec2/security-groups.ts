import type { SecurityGroup as Description } from "@aws-sdk/client-ec2";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { isTerminated } from "./instance-settings.ts";
import { type FilterTable, list } from "./list.ts";
import { toPermissions } from "./security-group-rules.ts";
import {
  defaultVpc,
  type Ec2State,
  find,
  invalidValue,
  newId,
  type Rule,
  remove,
  type SecurityGroup,
  unsupported,
} from "./state.ts";
import { addTags, shownTags, tagsFrom, tagsOf } from "./tags.ts";

export function securityGroupOperations(state: Ec2State): Operations<"ec2"> {
  return {
    createSecurityGroup: (input) => {
      refuseUnsupported(unsupported, "CreateSecurityGroup", input, [
        "GroupName Description VpcId TagSpecifications",
      ]);
      const tags = tagsFrom(input.TagSpecifications, "security-group");
      const { GroupName: name = "", Description: description = "" } = input;
      const vpc = input.VpcId === undefined ? defaultVpc(state) : find(state, "vpcs", input.VpcId);
      if (!vpc) throw new AwsError("VPCIdNotSpecified", "No default VPC for this user; give VpcId.");
      refuseBadNames(name, description);
      if ([...state.securityGroups.values()].some((other) => other.vpcId === vpc.id && other.name === name))
        throw new AwsError(
          "InvalidGroup.Duplicate",
          `The security group '${name}' already exists for VPC '${vpc.id}'`,
        );
      const group = { id: newId("sg"), vpcId: vpc.id, name, description, rules: [allowAllEgress()] };
      state.securityGroups.set(group.id, group);
      addTags(state, group.id, tags);
      return {
        GroupId: group.id,
        SecurityGroupArn: arnOf(state, group.id),
        Tags: tagsOf(state, group.id),
      };
    },
    describeSecurityGroups: (input) => {
      const { items, NextToken } = list(state, "securityGroups", input, filters(state));
      return { SecurityGroups: items.map((group) => describe(state, group)), NextToken };
    },
    deleteSecurityGroup: (input) => {
      refuseUnsupported(unsupported, "DeleteSecurityGroup", input, ["GroupId"]);
      const { id, name } = find(state, "securityGroups", input.GroupId);
      if (name === "default")
        throw new AwsError(
          "CannotDelete",
          `the specified group: "${id}" name: "default" cannot be deleted by a user`,
        );
      const refers = ({ peer }: Rule) => peer.kind === "group" && peer.groupId === id;
      const others = [...state.securityGroups.values()].filter((other) => other.id !== id);
      if (others.some((other) => other.rules.some(refers)) || isInUse(state, id))
        throw new AwsError("DependencyViolation", `resource ${id} has a dependent object`);
      remove(state, "securityGroups", id);
      return { Return: true, GroupId: id };
    },
  };
}

function isInUse(state: Ec2State, id: string): boolean {
  return (
    [...state.instances.values()].some(
      (instance) => instance.securityGroupIds.includes(id) && !isTerminated(state, instance),
    ) || [...state.vpcEndpoints.values()].some(({ securityGroupIds }) => securityGroupIds.includes(id))
  );
}

/** Creates the initial group of every VPC: all outgoing traffic, and incoming from its own members. */
export function addDefaultSecurityGroup(state: Ec2State, vpcId: string): void {
  const id = newId("sg");
  const fromMembers: Rule = {
    id: newId("sgr"),
    egress: false,
    protocol: "-1",
    peer: { kind: "group", groupId: id },
  };
  state.securityGroups.set(id, {
    id,
    vpcId,
    name: "default",
    description: "default VPC security group",
    rules: [fromMembers, allowAllEgress()],
  });
}

function allowAllEgress(): Rule {
  return { id: newId("sgr"), egress: true, protocol: "-1", peer: { kind: "ipv4", cidr: "0.0.0.0/0" } };
}

/** Source: CreateSecurityGroup, EC2 API reference. */
function refuseBadNames(name: string, description: string): void {
  const allowed = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;
  if (!allowed.test(name) || name.startsWith("sg-"))
    throw invalidValue(
      `Value (${name}) for parameter GroupName is invalid. Use up to 255 of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*, not beginning with sg-.`,
    );
  if (!allowed.test(description))
    throw invalidValue(
      `Value (${description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.`,
    );
}

function arnOf(state: Ec2State, id: string): string {
  return `arn:aws:ec2:${state.region}:${state.accountId}:security-group/${id}`;
}

function describe(state: Ec2State, group: SecurityGroup): Description {
  return {
    GroupId: group.id,
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: state.accountId,
    SecurityGroupArn: arnOf(state, group.id),
    IpPermissions: toPermissions(
      state.accountId,
      group.rules.filter(({ egress }) => !egress),
    ),
    IpPermissionsEgress: toPermissions(
      state.accountId,
      group.rules.filter(({ egress }) => egress),
    ),
    ...shownTags(state, group.id),
  };
}

function filters(state: Ec2State): FilterTable<SecurityGroup> {
  return {
    "group-id": ({ id }) => [id],
    "group-name": ({ name }) => [name],
    "vpc-id": ({ vpcId }) => [vpcId],
    "owner-id": () => [state.accountId],
    description: ({ description }) => [description],
    "ip-permission.group-id": ({ rules }) =>
      rules.map(({ egress, peer }) => (!egress && peer.kind === "group" ? peer.groupId : undefined)),
    "ip-permission.cidr": ({ rules }) =>
      rules.map(({ egress, peer }) => (!egress && peer.kind === "ipv4" ? peer.cidr : undefined)),
    "ip-permission.from-port": ({ rules }) =>
      rules.map(({ egress, from }) => (egress ? undefined : `${from}`)),
    "ip-permission.to-port": ({ rules }) => rules.map(({ egress, to }) => (egress ? undefined : `${to}`)),
  };
}
