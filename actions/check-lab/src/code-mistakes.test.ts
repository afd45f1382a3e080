import { readFileSync } from "node:fs";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";
import { parse } from "yaml";
import { check, checkoutOf, itemsOf } from "./check.support.ts";
import { codeFiles } from "./lab-parts.support.ts";

const empty = await startTestSimulator();
afterAll(() => empty.close());

/** By path, the whole text or what is replaced in the course's code. */
type Change = Readonly<Record<string, string | { readonly from: string; readonly to: string }>>;

/** `right` has ways to write the same. */
const { wrong, right }: Cases = parse(readFileSync(new URL("code-mistakes.yaml", import.meta.url), "utf8"));

interface Cases {
  readonly wrong: readonly { readonly item: string; readonly evidence: string; readonly change: Change }[];
  readonly right: Readonly<Record<string, Change>>;
}

const filesWith = (change: Change) => ({
  ...codeFiles,
  ...Object.fromEntries(
    Object.entries(change).map(([path, text]) => [
      path,
      typeof text === "string" ? text : (codeFiles[path] ?? "").replace(text.from, text.to),
    ]),
  ),
});

it.each(wrong)("catches in the code by $item: $evidence", async ({ item, evidence, change }) => {
  const files = { ...filesWith(change), ".devcontainer/devcontainer.json": "{}" };
  const report = await check(empty, { checkout: checkoutOf(files), numbers: [3, 4] });
  const failed = itemsOf(report, "fail");
  expect(failed.map((each) => each.split(":")[0])).toEqual([item]);
  expect(failed[0]).toMatch(new RegExp(evidence));
});

it.each(Object.entries(right))("finds nothing wrong in the code: %s", async (_, change) => {
  const checkout = checkoutOf(filesWith(change));
  expect(itemsOf(await check(empty, { checkout, numbers: [4] }), "fail")).toEqual([]);
});

it("catches a workstation that opens 8080 alone, and passes one that opens both ports", async () => {
  const { ec2 } = empty.aws;
  const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "aws-cloud9", Description: "Cloud9" });
  const open = (port: number) =>
    ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "192.0.2.7/32" }] },
      ],
    });
  const { Images = [] } = await ec2.describeImages({ Owners: ["amazon"] });
  await ec2.runInstances({
    ImageId: Images[0]?.ImageId,
    InstanceType: "t3.small",
    MinCount: 1,
    MaxCount: 1,
    SecurityGroupIds: [GroupId],
    TagSpecifications: [
      { ResourceType: "instance", Tags: [{ Key: "aws:cloud9:environment", Value: "0123456789abcdef" }] },
    ],
  });
  const checkout = checkoutOf(codeFiles);
  await open(8080);
  expect(itemsOf(await check(empty, { checkout, numbers: [4] }), "fail")).toEqual([
    expect.stringMatching(
      /^4\.workstation-ports: no security group of i-\w+ \(Cloud9\) opens port 8081 to your browser$/,
    ),
  ]);
  await open(8081);
  expect(itemsOf(await check(empty, { checkout, numbers: [4] }), "fail")).toEqual([]);
});
