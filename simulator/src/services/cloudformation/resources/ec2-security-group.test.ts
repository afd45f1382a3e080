import { beforeEach, expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);
let GroupId: string;
let VpcId: string;
beforeEach(async () => {
  const { ec2 } = stack.aws;
  VpcId = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  GroupId = (await ec2.createSecurityGroup({ GroupName: "theirs", Description: "d", VpcId })).GroupId ?? "";
});

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
