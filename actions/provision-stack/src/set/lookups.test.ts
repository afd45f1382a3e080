import { afterAll, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "../stage.support.ts";
import { resolveLookups, withoutLookups } from "./lookups.ts";

let stage: Stage;
const ids: Record<string, string> = {};
beforeAll(async () => {
  stage = await createStage();
  const { ec2 } = stage.simulator.aws;
  for (const vpc of ["LabVPC", "Other"]) {
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.0.0.0/16", ...named("vpc", vpc) });
    ids[vpc] = Vpc?.VpcId ?? "";
    for (const [index, subnet] of ["Public Subnet1", `${vpc} Subnet`].entries()) {
      const CidrBlock = `10.0.${index}.0/24`;
      const { Subnet } = await ec2.createSubnet({ VpcId: ids[vpc], CidrBlock, ...named("subnet", subnet) });
      ids[`${vpc}/${subnet}`] = Subnet?.SubnetId ?? "";
    }
  }
  const { GroupId = "" } = await ec2.createSecurityGroup({
    GroupName: "microservices-sg",
    Description: "of the course",
    VpcId: ids.LabVPC,
    ...named("security-group", "Microservices"),
  });
  ids.group = GroupId;
});
afterAll(() => stage?.close());

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
  [{ vpc: "LabVPC" }, () => ids.LabVPC],
  [{ subnet: "LabVPC Subnet" }, () => ids["LabVPC/LabVPC Subnet"]],
  [{ subnet: "LabVPC/Public Subnet1" }, () => ids["LabVPC/Public Subnet1"]],
  [[{ subnet: "LabVPC/Public Subnet1" }, "subnet-1"], () => [ids["LabVPC/Public Subnet1"], "subnet-1"]],
  [{ "security-group": "microservices-sg" }, () => ids.group],
  [{ "security-group": "LabVPC/Microservices" }, () => ids.group],
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
    /subnet "Private" does not exist in us-east-1; existing: Public Subnet1, LabVPC Subnet, Other Subnet/,
  ],
  [
    { subnet: "Public Subnet1" },
    /2 subnets are named "Public Subnet1": subnet-\w+ in vpc-\w+, subnet-\w+ in vpc-\w+ \(put the VPC first/,
  ],
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
