import { expect, onTestFinished, test } from "vitest";
import { createStage, ownTemplate } from "../stage.support.ts";

test("shows what a change costs, and what it creates", async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  await stage.templates({ network: await ownTemplate("network"), database: await ownTemplate("database") });
  const { summary: planned } = await stage.run({ mode: "plan" });
  expect(planned).toMatch(
    /### Cost of this change: \+\$[\d.,]+ a month, [\s\S]*\| added \| database\/Database \|/,
  );
  expect(planned).toMatch(/<details><summary>Architecture<\/summary>[\s\S]*```mermaid\nflowchart[\s\S]*RDS/);
});

test("shows no more cost for a plan without changes, and less for a smaller one", async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  await stage.templates({ network: await ownTemplate("network") });
  await stage.run({});
  expect((await stage.run({ mode: "plan" })).summary).toContain("Nothing that is billed changes");
  const parametersFile = await stage.write("profile.json", { network: { PrivateWayOut: "none" } });
  expect((await stage.run({ mode: "plan", parametersFile })).summary).toMatch(
    /### Cost of this change: −\$[\d.,]+ a month, [\s\S]*\| removed \| network\/NatGateway \|/,
  );
});

test("shows no cost where the price list is for another region, but the plan", async () => {
  const stage = await createStage({ region: "eu-west-3" });
  onTestFinished(() => stage.close());
  await stage.templates({ log: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n" });
  const { error, summary } = await stage.run({ mode: "plan" });
  expect(error).toBeUndefined();
  expect(summary).toContain("### Plan: 1 to create");
  expect(summary).toContain("Not available: the price list is for us-east-1, not for eu-west-3.");
});
