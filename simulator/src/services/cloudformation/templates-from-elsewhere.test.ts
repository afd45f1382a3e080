import { afterAll, describe, expect, it } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { settledStack } from "./resources/stack.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());

const large = `Description: large network\nMetadata: {Text: ${"large ".repeat(10_000)}}\nResources: {Gateway: {Type: AWS::EC2::InternetGateway}}\n`;
await simulator.aws.s3.createBucket({ Bucket: "templates" });
await simulator.aws.s3.putObject({ Bucket: "templates", Key: "lab/network.yaml", Body: large });

const settled = (StackName: string) => settledStack(simulator, StackName);

describe("a template that is too large for a request comes from S3", () => {
  it.each([
    ["https://templates.s3.amazonaws.com/lab/network.yaml"],
    ["https://templates.s3.us-east-1.amazonaws.com/lab/network.yaml"],
    ["https://s3.us-east-1.amazonaws.com/templates/lab/network.yaml"],
    ["https://s3-us-west-2.amazonaws.com/templates/lab/network.yaml"],
    ["http://127.0.0.1:4566/templates/lab/network.yaml"],
  ])("by %s", async (TemplateURL) => {
    const { Description } = await simulator.aws.cloudformation.getTemplateSummary({ TemplateURL });
    expect(Description).toMatch(/^large /);
  });

  it("into a stack, a plan and a summary", async () => {
    const { cloudformation } = simulator.aws;
    const TemplateURL = "https://templates.s3.amazonaws.com/lab/network.yaml";
    await cloudformation.createStack({ StackName: "from-s3", TemplateURL });
    expect((await settled("from-s3"))?.StackStatus).toBe("CREATE_COMPLETE");
    const ChangeSetType = "CREATE" as const;
    await cloudformation.createChangeSet({
      StackName: "planned",
      ChangeSetName: "c",
      TemplateURL,
      ChangeSetType,
    });
    const summary = await cloudformation.getTemplateSummary({ TemplateURL });
    expect(summary.ResourceTypes).toEqual(["AWS::EC2::InternetGateway"]);
  });

  it.each([
    ["https://templates.s3.amazonaws.com/absent.yaml", "S3 error: The specified key does not exist."],
    ["https://absent.s3.amazonaws.com/network.yaml", "S3 error: The specified bucket does not exist"],
    ["https://example.com/templates/network.yaml", "TemplateURL must be a supported URL"],
    ["s3://templates/network.yaml", "TemplateURL must be a supported URL"],
  ])("not by %s", async (TemplateURL, message) => {
    const call = simulator.aws.cloudformation.createStack({ StackName: "refused", TemplateURL });
    await expect(call).rejects.toThrow(message);
  });
});

describe("a parameter that names one of Systems Manager", () => {
  const template = (Default: string, Type = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>") =>
    JSON.stringify({
      Parameters: { Image: { Type, Default } },
      Resources: { Gateway: { Type: "AWS::EC2::InternetGateway" } },
      Outputs: { Image: { Value: { Ref: "Image" } } },
    });
  const latest = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

  it("gives the current value, and shows both", async () => {
    const { cloudformation, ssm } = simulator.aws;
    await cloudformation.createStack({ StackName: "image", TemplateBody: template(latest) });
    const stack = await settled("image");
    const { Parameter } = await ssm.getParameter({ Name: latest });
    expect(stack?.Outputs).toMatchObject([{ OutputValue: Parameter?.Value }]);
    expect(stack?.Parameters).toEqual([
      { ParameterKey: "Image", ParameterValue: latest, ResolvedValue: Parameter?.Value },
    ]);
  });

  it.each([
    [template("/mine"), "Unable to fetch parameters [/mine] from parameter store"],
    [template(latest, "AWS::SSM::Parameter::Value<Nonsense>"), "which is not supported"],
  ])("is refused: %s", async (TemplateBody, message) => {
    const call = simulator.aws.cloudformation.createStack({ StackName: "refused", TemplateBody });
    await expect(call).rejects.toThrow(message);
  });
});

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
