import { EC2 } from "@aws-sdk/client-ec2";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../kit/calls.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { publicImages } from "./images.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const ec2 = new EC2({ ...simulator.clientConfig, maxAttempts: 1 });

let vpc: string;
let subnet: string;
let gateway: string;
beforeEach(async () => {
  vpc = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  await ec2.modifyVpcAttribute({ VpcId: vpc, EnableDnsHostnames: { Value: true } });
  subnet = (await ec2.createSubnet({ VpcId: vpc, CidrBlock: "10.0.0.0/28" })).Subnet?.SubnetId ?? "";
  gateway = (await ec2.createInternetGateway({})).InternetGateway?.InternetGatewayId ?? "";
  await ec2.attachInternetGateway({ InternetGatewayId: gateway, VpcId: vpc });
  await ec2.modifySubnetAttribute({ SubnetId: subnet, MapPublicIpOnLaunch: { Value: true } });
});

const image = publicImages("us-east-1").find(({ architecture }) => architecture === "x86_64")?.id;
const run = async (more: object = {}) => {
  const { Instances = [] } = await ec2.runInstances({
    ImageId: image,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnet,
    ...more,
  });
  return Instances[0]?.InstanceId ?? "";
};
const describeOne = async (id: string) =>
  (await ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0];
const stateIs = (id: string, name: string) =>
  simulator.clock.until(async () => (await describeOne(id))?.State?.Name === name);
const running = (id: string) => stateIs(id, "running");

describe("an instance", () => {
  it("runs with an address of its subnet and a public one, and is found by its name", async () => {
    const id = await run({
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "Name", Value: "MonolithicAppServer" }] },
      ],
    });
    await running(id);
    const { Reservations } = await ec2.describeInstances({
      Filters: [
        { Name: "tag:Name", Values: ["MonolithicAppServer"] },
        { Name: "instance-state-name", Values: ["running"] },
      ],
    });
    expect(Reservations?.[0]?.Instances).toMatchObject([
      {
        InstanceId: id,
        PrivateIpAddress: "10.0.0.4",
        PrivateDnsName: "ip-10-0-0-4.ec2.internal",
        PublicIpAddress: expect.stringMatching(/^198\.51\.100\.\d+$/),
        PublicDnsName: expect.stringMatching(/^ec2-198-51-100-\d+\.compute-1\.amazonaws\.com$/),
        SecurityGroups: [{ GroupName: "default" }],
        InstanceType: "t3.micro",
        Architecture: "x86_64",
        Placement: { AvailabilityZone: "us-east-1a" },
      },
    ]);
  });

  it("loses its public address when it stops, and keeps its Elastic IP", async () => {
    const id = await run();
    await running(id);
    const { AllocationId } = await ec2.allocateAddress({});
    const { AssociationId } = await ec2.associateAddress({ AllocationId, InstanceId: id });
    const { PublicIpAddress } = (await describeOne(id)) ?? {};
    expect(PublicIpAddress).toMatch(/^203\.0\.113\./);
    expect(await refusal(ec2.releaseAddress({ AllocationId }))).toMatch(/InUse.*in use by i-/);
    await ec2.stopInstances({ InstanceIds: [id] });
    await stateIs(id, "stopped");
    expect((await describeOne(id))?.PublicIpAddress).toBe(PublicIpAddress);
    await ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t3.small" } });
    await ec2.startInstances({ InstanceIds: [id] });
    await running(id);
    expect(await describeOne(id)).toMatchObject({ InstanceType: "t3.small", PublicIpAddress });
    expect(
      await refusal(ec2.modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: "t3.micro" } })),
    ).toMatch(/not in the 'stopped' state/);
    await ec2.disassociateAddress({ AssociationId });
    await ec2.releaseAddress({ AllocationId });
    expect((await describeOne(id))?.PublicIpAddress).toBeUndefined();
  });

  it("blocks the deletion of its subnet, group and gateway until it is gone", async () => {
    const { GroupId } = await ec2.createSecurityGroup({ VpcId: vpc, GroupName: "g", Description: "d" });
    const id = await run({ SecurityGroupIds: [GroupId] });
    await running(id);
    const removals = [
      () => ec2.deleteSecurityGroup({ GroupId }),
      () => ec2.detachInternetGateway({ InternetGatewayId: gateway, VpcId: vpc }),
      () => ec2.deleteSubnet({ SubnetId: subnet }),
    ];
    for (const remove of removals) expect(await refusal(remove())).toMatch(/^400 DependencyViolation/);
    await ec2.terminateInstances({ InstanceIds: [id] });
    await stateIs(id, "terminated");
    expect(await describeOne(id)).toMatchObject({ StateReason: { Code: "Client.UserInitiatedShutdown" } });
    for (const remove of removals) expect(await refusal(remove())).toBe("nothing");
  });

  it("has an existing IAM profile, and another after a change", async () => {
    const { iam } = simulator.aws;
    for (const InstanceProfileName of ["one", "two"])
      await iam.createInstanceProfile({ InstanceProfileName });
    const id = await run({ IamInstanceProfile: { Name: "one" } });
    const [first] =
      (await ec2.describeIamInstanceProfileAssociations({ Filters: [{ Name: "instance-id", Values: [id] }] }))
        .IamInstanceProfileAssociations ?? [];
    expect(first?.IamInstanceProfile?.Arn).toBe("arn:aws:iam::123456789012:instance-profile/one");
    await ec2.replaceIamInstanceProfileAssociation({
      AssociationId: first?.AssociationId,
      IamInstanceProfile: { Name: "two" },
    });
    expect((await describeOne(id))?.IamInstanceProfile?.Arn).toMatch(/\/two$/);
  });
});

describe("instances are refused", () => {
  it.each<[string, object, RegExp]>([
    ["an unknown image", { ImageId: "ami-0123" }, /^400 InvalidAMIID.NotFound.*public parameters/],
    ["an unknown type", { InstanceType: "large" }, /Invalid value 'large' for InstanceType/],
    ["another architecture", { InstanceType: "t4g.micro" }, /'arm64' .* does not match .* 'x86_64'/],
    ["an unknown key", { KeyName: "mine" }, /^400 InvalidKeyPair.NotFound/],
    ["an unknown profile", { IamInstanceProfile: { Name: "none" } }, /Invalid IAM Instance Profile name/],
    ["broken user data", { UserData: "#!/bin/sh" }, /^400 InvalidUserData.Malformed/],
    ["too much user data", { UserData: Buffer.alloc(16_385).toString("base64") }, /limited to 16384 bytes/],
    ["a chosen address", { PrivateIpAddress: "10.0.0.9" }, /does not support PrivateIpAddress/],
    ["a launch template", { LaunchTemplate: { LaunchTemplateName: "x" } }, /does not support LaunchTemplate/],
    ["more than fit", { MaxCount: 12, MinCount: 12 }, /^400 InsufficientFreeAddressesInSubnet/],
  ])("%s", async (_, more, expected) => expect(await refusal(run(more))).toMatch(expected));
});

describe("images", () => {
  it("are found by owner and name", async () => {
    const { Images = [] } = await ec2.describeImages({
      Owners: ["amazon"],
      Filters: [
        { Name: "name", Values: ["al2023-ami-2023*"] },
        { Name: "architecture", Values: ["arm64"] },
      ],
    });
    expect(Images.map(({ Architecture, State }) => [Architecture, State])).toEqual([["arm64", "available"]]);
  });
});
