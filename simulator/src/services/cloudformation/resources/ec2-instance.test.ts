import { expect, it } from "vitest";
import { publicImages } from "../../ec2/images.ts";
import { forEachTest, readParts, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const part = readParts(new URL("ec2-instance.yaml", import.meta.url));
const [image] = publicImages("us-east-1").filter(({ architecture }) => architecture === "x86_64");
const server = (properties: object) => part("server", { Server: { ImageId: image?.id, ...properties } });

const describeServer = async () => {
  const { Reservations } = await stack.aws.ec2.describeInstances({
    Filters: [{ Name: "instance-state-name", Values: ["running"] }],
  });
  return Reservations?.[0]?.Instances?.[0];
};

it("creates a running instance with all its parts, and leaves none of them", async () => {
  const outputs = {
    Private: { Value: { "Fn::GetAtt": ["Server", "PrivateIp"] } },
    Public: { Value: { Ref: "Address" } },
  };
  expect(await stack.create(server({}), outputs)).toBe("CREATE_COMPLETE");
  expect(await stack.outputs()).toEqual({ Private: "10.0.0.4", Public: "203.0.113.1" });
  expect(await describeServer()).toMatchObject({
    InstanceId: await stack.physicalId("Server"),
    PublicIpAddress: "203.0.113.1",
    IamInstanceProfile: { Arn: expect.stringContaining(":instance-profile/resources-Profile-") },
    Tags: [{ Key: "Name", Value: "MonolithicAppServer" }],
  });
  expect(await stack.remove()).toBe("gone");
  expect(await describeServer()).toBeUndefined();
  const own = { Filters: [{ Name: "is-default", Values: ["false"] }] };
  expect((await stack.aws.ec2.describeVpcs(own)).Vpcs).toEqual([]);
  expect((await stack.aws.ec2.describeAddresses({})).Addresses).toEqual([]);
  expect((await stack.aws.iam.listInstanceProfiles({})).InstanceProfiles).toEqual([]);
});

it.each<[string, object, "same" | "new"]>([
  ["InstanceType", { InstanceType: "t3.small" }, "same"],
  ["IamInstanceProfile", { IamInstanceProfile: { Ref: "AWS::NoValue" } }, "same"],
  ["SubnetId", { SubnetId: { Ref: "Other" } }, "new"],
])("a change of %s %j results in the %s instance", async (_, change, expected) => {
  await stack.create(server({}));
  const before = await stack.physicalId("Server");
  expect(await stack.update(server(change))).toBe("UPDATE_COMPLETE");
  expect((await stack.physicalId("Server")) === before ? "same" : "new").toBe(expected);
  const after = await describeServer();
  expect(after?.InstanceId).toBe(await stack.physicalId("Server"));
  expect(after?.PublicIpAddress).toBe("203.0.113.1");
});

it("reports why an instance cannot be created, and removes the rest", async () => {
  expect(await stack.create(server({ ImageId: "ami-0" }))).toMatch(
    /^Server: .*The image id '\[ami-0\]' does not/,
  );
  expect(await stack.remove()).toBe("gone");
});

const routes = async () => {
  const { RouteTables } = await stack.aws.ec2.describeRouteTables({
    RouteTableIds: [await stack.physicalId("Table")],
  });
  return RouteTables?.[0]?.Routes?.slice(1);
};

it("changes the route to the internet from a NAT gateway to endpoints and back, and leaves nothing", async () => {
  const network = { ...part("network"), ...part("gateway") };
  const nat = Object.entries(part("nat")).map(([id, resource]) => [
    id,
    { ...resource, DependsOn: "Attachment" },
  ]);
  const natted = { ...network, ...Object.fromEntries(nat) };
  expect(await stack.create(natted)).toBe("CREATE_COMPLETE");
  expect(await routes()).toMatchObject([{ NatGatewayId: await stack.physicalId("Nat"), State: "active" }]);
  expect(await stack.update({ ...network, ...part("endpoints") })).toBe("UPDATE_COMPLETE");
  expect(await routes()).toMatchObject([{ GatewayId: await stack.physicalId("S3") }]);
  expect((await stack.aws.ec2.describeAddresses({})).Addresses).toEqual([]);
  expect(await stack.update(natted)).toBe("UPDATE_COMPLETE");
  expect((await stack.aws.ec2.describeVpcEndpoints({})).VpcEndpoints).toEqual([]);
  expect(await stack.remove()).toBe("gone");
  const own = { Filters: [{ Name: "is-default", Values: ["false"] }] };
  expect((await stack.aws.ec2.describeVpcs(own)).Vpcs).toEqual([]);
});

it("reports a NAT gateway created before its internet gateway", async () => {
  expect(await stack.create({ ...part("network"), ...part("nat") })).toMatch(
    /^Nat: .* state failed: Network .* has no Internet/,
  );
  expect(await stack.remove()).toBe("gone");
});
