import { expect, test } from "vitest";
import { Cancelled } from "../../../core/failure.ts";
import { loadBalancerTemplate, useStage } from "../stage.support.ts";

const stage = await useStage();

const net = (cidr: string, more = "") => `Resources:
  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }
  Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref Vpc, CidrBlock: ${cidr} } }
${more}`;
const group = (name: string, days: number) =>
  `  ${name}: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: ${name.toLowerCase()}, RetentionInDays: ${days} } }\n`;
const logs = (...groups: string[]) => `Resources:\n${groups.join("")}`;

test("reports the first failing resource at its line, and leaves nothing of the new stack", async () => {
  await stage.templates({ net: net("10.9.0.0/24") });
  const { error, lines, summary } = await stage.run({});
  expect(error?.message).toMatch(
    /^Stack shop-net: Subnet \(AWS::EC2::Subnet\) failed: .*(10\.9\.0\.0\/24|range|CIDR).*net\.yaml:3; the stack was ROLLBACK_COMPLETE and was deleted\)$/i,
  );
  expect(error?.place).toEqual({ file: expect.stringMatching(/net\.yaml$/), line: 3 });
  expect(lines).toContain("deleting the stack");
  expect(summary).toMatch(/^### ❌ Stacks, apply: 1 failed[\s\S]*\| \[?shop-net\S* \| failed \| /);
  expect(await stage.stacks()).toEqual({});
});

test("does not report retained resources as leftovers of a failed creation", async () => {
  const kept =
    "  Kept: { Type: AWS::Logs::LogGroup, DeletionPolicy: Retain, Properties: { LogGroupName: kept } }\n";
  await stage.templates({
    net: net("10.9.0.0/24", kept).replace(
      "VpcId: !Ref Vpc,",
      "VpcId: !Ref Vpc, Tags: [{ Key: after, Value: !Ref Kept }],",
    ),
  });
  expect((await stage.run({})).error?.message).toContain("and was deleted");
  const { logGroups } = await stage.simulator.aws.logs.describeLogGroups({ logGroupNamePrefix: "kept" });
  expect(logGroups).toEqual([]);
});

test("removes a kept failed creation in the next run", async () => {
  await stage.templates({ net: net("10.9.0.0/24") });
  const { error } = await stage.run({ onFailure: "keep" });
  expect(error?.message).toContain("the stack is CREATE_FAILED, kept as on-failure says)");
  expect(await stage.stacks()).toEqual({ "shop-net": "CREATE_FAILED" });
  await stage.templates({ net: net("10.0.1.0/24") });
  const fixed = await stage.run({});
  expect(fixed.error).toBeUndefined();
  expect(fixed.warnings).toContain("shop-net is CREATE_FAILED from an earlier failure; deleting it first.");
  expect((await stage.run({ mode: "delete" })).error).toBeUndefined();
});

test("rolls back a failed update; the next run rolls back a kept one", async () => {
  await stage.templates({ logs: logs(group("One", 1)) });
  expect((await stage.run({})).error).toBeUndefined();
  // CloudWatch Logs does not accept a retention of 2 days.
  await stage.templates({ logs: logs(group("One", 3), group("Two", 2)) });
  const rolledBack = await stage.run({});
  expect(rolledBack.error?.message).toContain("the stack is UPDATE_ROLLBACK_COMPLETE)");
  expect(await stage.stacks()).toEqual({ "shop-logs": "UPDATE_ROLLBACK_COMPLETE" });
  const kept = await stage.run({ onFailure: "keep" });
  expect(kept.error?.message).toContain("the stack is UPDATE_FAILED, kept as on-failure says)");
  await stage.templates({ logs: logs(group("One", 5)) });
  const fixed = await stage.run({});
  expect(fixed.error).toBeUndefined();
  expect(fixed.warnings).toContain(
    "shop-logs is UPDATE_FAILED from an earlier failure; rolling it back first.",
  );
  expect(await stage.stacks()).toEqual({ "shop-logs": "UPDATE_COMPLETE" });
});

test("reports that on-failure keep is impossible where something is replaced", async () => {
  await stage.templates({ logs: logs(group("Three", 1)) });
  await stage.run({ stackPrefix: "other" });
  await stage.templates({ logs: logs(group("Three", 1).replace("three", "four")) });
  const { error, warnings } = await stage.run({ stackPrefix: "other", onFailure: "keep" });
  expect(error).toBeUndefined();
  expect(warnings).toContain("on-failure: keep is not possible because Three may be replaced");
});

test("applies a change of outputs only", async () => {
  const body = (value: string) => `${logs(group("Five", 1))}Outputs: { Word: { Value: ${value} } }\n`;
  await stage.templates({ out: body("one") });
  await stage.run({});
  await stage.templates({ out: body("two") });
  const { error, values, lines } = await stage.run({});
  expect(error).toBeUndefined();
  expect(values.Word).toBe("two");
  expect(lines).toContain("shop-out: only its outputs change");
});

test.each([
  ["a creation", "created", "CloudFormation deletes the new stack", undefined],
  ["an update", "updated", "CloudFormation rolls it back", "UPDATE_ROLLBACK_COMPLETE"],
])("rolls %s back when its job is cancelled", async (_, name, fate, status) => {
  const signalled = new AbortController();
  const first = net("10.0.1.0/24").replace(/ {2}Subnet.*\n/, "");
  if (status) {
    await stage.templates({ [name]: first });
    await stage.run({});
  }
  await stage.templates({ [name]: loadBalancerTemplate });
  const log = {
    info: (line: string) => {
      if (line.includes("IN_PROGRESS Entry")) signalled.abort(new Cancelled("SIGTERM"));
    },
    warning: () => {},
  };
  const { error } = await stage.run({}, { signal: signalled.signal, log });
  expect(error?.message).toBe(
    `Cancelled by SIGTERM; the operation on stack shop-${name} was cancelled; ${fate}`,
  );
  await stage.simulator.clock.until(async () => (await stage.stacks())[`shop-${name}`] === status);
});
