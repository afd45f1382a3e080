import { afterAll, describe, expect, it } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { settledStack } from "./resources/stack.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());

const { ec2 } = simulator.aws;
const VpcId = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
const subnet = async (CidrBlock: string) =>
  (await ec2.createSubnet({ VpcId, CidrBlock })).Subnet?.SubnetId ?? "";
const group = await ec2.createSecurityGroup({ GroupName: "web", Description: "web", VpcId });
const values: Record<string, string | undefined> = {
  "AWS::EC2::VPC::Id": VpcId,
  "List<AWS::EC2::Subnet::Id>": `${await subnet("10.0.0.0/24")}, ${await subnet("10.0.1.0/24")}`,
  "AWS::EC2::SecurityGroup::Id": group.GroupId,
};

let made = 0;
const stackOf = (Type: string, ParameterValue: string) => ({
  StackName: `stack-${made++}`,
  TemplateBody: JSON.stringify({
    Parameters: { Given: { Type } },
    Resources: { Gateway: { Type: "AWS::EC2::InternetGateway" } },
  }),
  Parameters: [{ ParameterKey: "Given", ParameterValue }],
});

async function outcome(Type: string, value: string): Promise<string> {
  const { cloudformation } = simulator.aws;
  const input = stackOf(Type, value);
  await cloudformation.createStack({ ...input, DisableRollback: true });
  const stack = await settledStack(simulator, input.StackName);
  return stack?.StackStatusReason ?? stack?.StackStatus ?? "";
}

describe("a parameter whose values must exist in the account", () => {
  it.each(["AWS::EC2::VPC::Id", "List<AWS::EC2::Subnet::Id>", "AWS::EC2::SecurityGroup::Id"])(
    "of type %s accepts existing values",
    async (type) => {
      expect(await outcome(type, values[type] ?? "")).toBe("CREATE_COMPLETE");
    },
  );

  it.each([
    ["AWS::EC2::VPC::Id", "vpc-00000000", "vpc-00000000"],
    ["AWS::EC2::VPC::Id", "LabVPC", "LabVPC"],
    ["AWS::EC2::VPC::Id", "", ""],
    ["AWS::EC2::Image::Id", "ami-00000000", "ami-00000000"],
  ])("of type %s refuses %j", async (type, value, missing) => {
    expect(await outcome(type, value)).toBe(
      `Parameter validation failed: parameter value ${missing} for parameter name Given does not exist`,
    );
  });

  it("fails a plan with the same message", async () => {
    const { cloudformation } = simulator.aws;
    const { Id: ChangeSetName } = await cloudformation.createChangeSet({
      ...stackOf("AWS::EC2::VPC::Id", "vpc-00000000"),
      ChangeSetName: "plan",
      ChangeSetType: "CREATE",
    });
    expect(await cloudformation.describeChangeSet({ ChangeSetName })).toMatchObject({
      Status: "FAILED",
      StatusReason: expect.stringContaining("parameter value vpc-00000000 for parameter name Given"),
    });
  });
});
