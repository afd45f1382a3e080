import { afterEach, beforeEach, expect, it } from "vitest";
import { type StackTest, startStackTest } from "./stack.support.ts";

let stack: StackTest;
let GroupId: string;
let VpcId: string;
beforeEach(async () => {
  stack = await startStackTest();
  const { ec2 } = stack.aws;
  VpcId = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  GroupId = (await ec2.createSecurityGroup({ GroupName: "theirs", Description: "d", VpcId })).GroupId ?? "";
});
afterEach(() => stack.close());

const visitors = {
  Visitors: {
    Type: "AWS::EC2::SecurityGroup",
    Properties: {
      GroupDescription: "Visitors",
      get VpcId() {
        return VpcId;
      },
    },
  },
};
const traffic = (port: number) => ({ GroupId, IpProtocol: "tcp", FromPort: port, ToPort: port });
const rule = (port: number) => ({
  ...visitors,
  Rule: {
    Type: "AWS::EC2::SecurityGroupIngress",
    Properties: {
      ...traffic(port),
      SourceSecurityGroupId: { "Fn::GetAtt": ["Visitors", "GroupId"] },
    },
  },
});
const ports = async () => {
  const { SecurityGroups: [group] = [] } = await stack.aws.ec2.describeSecurityGroups({
    GroupIds: [GroupId],
  });
  return group?.IpPermissions?.map(({ ToPort }) => ToPort);
};

it("opens an existing group, replaces the rule by another and removes it", async () => {
  expect(await stack.create(rule(3306))).toBe("CREATE_COMPLETE");
  const id = await stack.physicalId("Rule");
  expect(id).toMatch(/^sgr-/);
  expect(await ports()).toEqual([3306]);
  expect(await stack.update(rule(3307))).toBe("UPDATE_COMPLETE");
  expect(await stack.physicalId("Rule")).not.toBe(id);
  expect(await ports()).toEqual([3307]);
  expect(await stack.remove()).toBe("gone");
  expect(await ports()).toEqual([]);
});

it("fails if the group already has the rule, and removes nothing of it", async () => {
  const twice = { ...rule(3306), Again: { ...rule(3306).Rule, DependsOn: "Rule" } };
  expect(await stack.create(twice)).toMatch(/^Again: .*already exists/);
  await stack.remove();
  expect(await ports()).toEqual([]);
});

it.each(["Ingress", "Egress"] as const)(
  "changes the description of an %s rule in place",
  async (direction) => {
    const peer = direction === "Ingress" ? "Source" : "Destination";
    const described = (Description: string) => ({
      ...visitors,
      Rule: {
        Type: `AWS::EC2::SecurityGroup${direction}`,
        Properties: {
          ...traffic(3306),
          Description,
          [`${peer}SecurityGroupId`]: { "Fn::GetAtt": ["Visitors", "GroupId"] },
        },
      },
    });
    const text = async () => {
      const { SecurityGroups: [group] = [] } = await stack.aws.ec2.describeSecurityGroups({
        GroupIds: [GroupId],
      });
      const permissions = direction === "Egress" ? group?.IpPermissionsEgress : group?.IpPermissions;
      return permissions?.find(({ ToPort }) => ToPort === 3306)?.UserIdGroupPairs?.[0]?.Description;
    };
    expect(await stack.create(described("Visitors"))).toBe("CREATE_COMPLETE");
    const id = await stack.physicalId("Rule");
    expect(await text()).toBe("Visitors");
    expect(await stack.update(described("Guests"))).toBe("UPDATE_COMPLETE");
    expect([await stack.physicalId("Rule"), await text()]).toEqual([id, "Guests"]);
    expect(await stack.remove()).toBe("gone");
  },
);
