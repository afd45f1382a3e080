import { Cloud9 } from "@aws-sdk/client-cloud9";
import { afterAll, expect, test } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const cloud9 = new Cloud9({ ...simulator.clientConfig, maxAttempts: 1 });

const settings = (name: string) => ({
  name,
  instanceType: "t3.small",
  imageId: "amazonlinux-2023-x86_64",
  connectionType: "CONNECT_SSH" as const,
});

test("an environment in a subnet is created, changed, tagged and deleted", async () => {
  const { Vpc } = await simulator.aws.ec2.createVpc({ CidrBlock: "10.0.0.0/16" });
  const { Subnet } = await simulator.aws.ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: "10.0.0.0/24" });
  const input = {
    ...settings("MicroservicesIDE"),
    subnetId: Subnet?.SubnetId,
    tags: [{ Key: "phase", Value: "4" }],
  };
  const { environmentId = "" } = await cloud9.createEnvironmentEC2(input);
  await cloud9.updateEnvironment({ environmentId, description: "the workstation" });
  const { environments = [] } = await cloud9.describeEnvironments({ environmentIds: [environmentId] });
  expect(environments).toMatchObject([
    {
      name: "MicroservicesIDE",
      description: "the workstation",
      type: "ec2",
      connectionType: "CONNECT_SSH",
      ownerArn: "arn:aws:iam::123456789012:user/student",
      lifecycle: { status: "CREATED" },
    },
  ]);
  expect((await cloud9.listEnvironments({})).environmentIds).toEqual([environmentId]);

  const ResourceARN = environments[0]?.arn;
  await cloud9.tagResource({ ResourceARN, Tags: [{ Key: "team", Value: "coffee" }] });
  await cloud9.untagResource({ ResourceARN, TagKeys: ["phase"] });
  expect((await cloud9.listTagsForResource({ ResourceARN })).Tags).toEqual([
    { Key: "team", Value: "coffee" },
  ]);

  await cloud9.deleteEnvironment({ environmentId });
  expect((await cloud9.listEnvironments({})).environmentIds).toEqual([]);
  await expect(cloud9.describeEnvironments({ environmentIds: [environmentId] })).rejects.toMatchObject({
    name: "NotFoundException",
  });
});

test("the same request twice creates one environment, another of the same name is a conflict", async () => {
  const request = { ...settings("twice"), clientRequestToken: "token-of-one-request" };
  const first = await cloud9.createEnvironmentEC2(request);
  expect((await cloud9.createEnvironmentEC2(request)).environmentId).toBe(first.environmentId);
  await expect(cloud9.createEnvironmentEC2(settings("twice"))).rejects.toMatchObject({
    name: "ConflictException",
  });
});
