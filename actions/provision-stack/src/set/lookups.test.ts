import { expect, test } from "vitest";
import { useStage } from "../stage.support.ts";
import { resolveLookups, withoutLookups } from "./lookups.ts";

const stage = await useStage({ account: "academy" });
const ids: Record<string, string> = {};
const { ec2, rds } = stage.simulator.aws;
// The account has LabVPC and its subnets; another VPC has one of the same name.
const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16", ...named("vpc", "Other") });
for (const [index, name] of ["Public Subnet1", "Other Subnet"].entries())
  await ec2.createSubnet({ VpcId: Vpc?.VpcId, CidrBlock: `10.0.${index}.0/24`, ...named("subnet", name) });
const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "tag:Name", Values: ["LabVPC"] }] });
ids.vpc = Vpcs[0]?.VpcId ?? "";
const { Subnets = [] } = await ec2.describeSubnets({ Filters: [{ Name: "vpc-id", Values: [ids.vpc] }] });
for (const { SubnetId = "", Tags = [] } of Subnets) ids[Tags[0]?.Value ?? ""] = SubnetId;
const { GroupId = "" } = await ec2.createSecurityGroup({
  GroupName: "microservices-sg",
  Description: "of the course",
  VpcId: ids.vpc,
  ...named("security-group", "Microservices"),
});
ids.group = GroupId;
const { DBInstances = [] } = await rds.describeDBInstances({});
ids.host = DBInstances[0]?.Endpoint?.Address ?? "";

function named(ResourceType: "vpc" | "subnet" | "security-group", Value: string) {
  return { TagSpecifications: [{ ResourceType, Tags: [{ Key: "Name", Value }] }] };
}

const resolve = (value: unknown) =>
  resolveLookups(
    { clientConfig: stage.simulator.clientConfig, signal: new AbortController().signal },
    { network: { It: value, Size: 3 }, cluster: {} },
    "academy.json",
    { ADMIN_SOURCE_IPS: "192.0.2.7/32", UNSET: "" },
  );

test.each<[unknown, () => unknown]>([
  [{ vpc: "LabVPC" }, () => ids.vpc],
  [{ subnet: "Public Subnet2" }, () => ids["Public Subnet2"]],
  [{ subnet: "LabVPC/Public Subnet1" }, () => ids["Public Subnet1"]],
  [[{ subnet: "LabVPC/Public Subnet1" }, "subnet-1"], () => [ids["Public Subnet1"], "subnet-1"]],
  [{ "security-group": "microservices-sg" }, () => ids.group],
  [{ "security-group": "LabVPC/Microservices" }, () => ids.group],
  [{ "instance-endpoint": "supplierdb" }, () => ids.host],
  [{ "instance-port": "supplierdb" }, () => "3306"],
  [{ variable: "ADMIN_SOURCE_IPS" }, () => "192.0.2.7/32"],
  [{ variable: "ADMIN_SOURCE_IPS", default: "none" }, () => "192.0.2.7/32"],
  [{ variable: "UNSET", default: "none" }, () => "none"],
  [{ variable: "UNSET", default: "" }, () => ""],
  ["plain text", () => "plain text"],
])("finds %j", async (value, expected) => {
  expect(await resolve(value)).toEqual({ network: { It: expected(), Size: 3 }, cluster: {} });
});

test.each<[unknown, RegExp]>([
  [{ variable: "UNSET" }, /^academy\.json: the variable UNSET is not set/],
  [{ vpc: "LabVCP" }, /^academy\.json: vpc "LabVCP" does not exist in us-east-1; did you mean "LabVPC"\?/],
  [
    { subnet: "Private" },
    /subnet "Private" does not exist in us-east-1; existing: Public Subnet1, Public Subnet2, Other Subnet/,
  ],
  [
    { subnet: "Public Subnet1" },
    /2 subnets are named "Public Subnet1": subnet-\w+ in vpc-\w+, subnet-\w+ in vpc-\w+ \(put the VPC first/,
  ],
  [{ "instance-endpoint": "supplierbd" }, /does not exist in us-east-1; did you mean "supplierdb"\?/],
  [{ subnet: "Nowhere/Public Subnet1" }, /vpc "Nowhere" does not exist/],
  [{ subnet: "LabVPC/Other Subnet" }, /subnet "Other Subnet" does not exist/],
  [{ variable: "UNSET", defualt: "none" }, /is not a look-up/],
  [{ instance: "MonolithicAppServer" }, /is not a look-up; expected for example \{ "vpc": "LabVPC" \}/],
])("refuses %j and lists the existing names", async (value, message) => {
  await expect(resolve(value)).rejects.toThrow(message);
});

test("keeps names and plain values without a lookup", () => {
  expect(
    withoutLookups({ network: { It: { vpc: "a" }, These: [{ subnet: "b" }], Size: 3 }, cluster: {} }),
  ).toEqual({
    network: { Size: 3 },
    cluster: {},
  });
});

test("reports in one sentence an account that may not read", async () => {
  const fault = stage.simulator.faults.add({ kind: "deny", operation: "ec2:DescribeVpcs" });
  await expect(resolve({ vpc: "LabVPC" })).rejects.toThrow(/not authorized/);
  fault.remove();
});
