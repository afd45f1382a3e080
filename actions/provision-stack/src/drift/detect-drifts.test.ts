import { afterAll, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "../stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
  await stage.templates({
    logs: "Resources:\n  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: logs, RetentionInDays: 7 } }\n",
    net: `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Gateway: { Type: AWS::EC2::InternetGateway }
  Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupName: group, GroupDescription: group, VpcId: !Ref Vpc } }
`,
  });
});
afterAll(() => stage?.close());

test("reports a missing stack, and no drift", async () => {
  const { error, warnings, output } = await stage.run({ mode: "drift" });
  expect(error).toBeUndefined();
  expect(warnings).toContain("shop-logs was not checked: the stack does not exist.");
  expect(output("has-drift")).toBe("false");
});

test("finds no drift right after an apply, and names what cannot be checked", async () => {
  await stage.run({});
  const { output, summary, lines } = await stage.run({ mode: "drift" });
  expect(output("has-drift")).toBe("false");
  expect(lines).toContain("shop-net: no drift.");
  expect(summary).toContain("### ✅ Drift: none");
  expect(summary).toContain("2 IN_SYNC, 1 NOT_CHECKED (AWS::EC2::InternetGateway).");
});

test("shows both values of what was changed or removed manually", async () => {
  const { ec2, logs } = stage.simulator.aws;
  await logs.putRetentionPolicy({ logGroupName: "logs", retentionInDays: 30 });
  const filter = { Filters: [{ Name: "group-name", Values: ["group"] }] };
  const { SecurityGroups = [] } = await ec2.describeSecurityGroups(filter);
  await ec2.deleteSecurityGroup({ GroupId: SecurityGroups[0]?.GroupId });
  const { error, output, summary, warnings } = await stage.run({ mode: "drift" });
  expect(error).toBeUndefined();
  expect(output("has-drift")).toBe("true");
  expect(summary).toContain("### ⚠️ Drift: 2 resources");
  expect(summary).toContain("| MODIFIED | Log | AWS::Logs::LogGroup | /RetentionInDays: 7 → 30 |");
  expect(summary).toContain("| DELETED | Group | AWS::EC2::SecurityGroup |  |");
  expect(warnings).toContain("shop-logs: Log (AWS::Logs::LogGroup) is MODIFIED /RetentionInDays: 7 → 30");
});
