import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { createStage } from "../../stage.support.ts";

const ownTemplates = new URL("../../../../../infra-templates/", import.meta.url);
const own = (name: string) => readFile(new URL(`${name}.yaml`, ownTemplates), "utf8");

test("what a change costs, and what it makes, is told beside it", async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  await stage.templates({ network: await own("network"), database: await own("database") });
  expect((await stage.run({ mode: "plan" })).summary).toMatch(
    /### Cost of this change: \+\$[\d.,]+ a month, [\s\S]*\| added \| database\/Database \|/,
  );
  const { summary: planned } = await stage.run({ mode: "plan" });
  expect(planned).toMatch(/### Architecture\n\n<details>[\s\S]*```mermaid\nflowchart[\s\S]*RDS/);
});

test("a plan without changes costs nothing more, and a smaller one less", async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  await stage.templates({ network: await own("network") });
  await stage.run({});
  expect((await stage.run({ mode: "plan" })).summary).toContain("Nothing that is billed changes");
  const parametersFile = await stage.write("profile.json", { network: { PrivateWayOut: "none" } });
  expect((await stage.run({ mode: "plan", parametersFile })).summary).toMatch(
    /### Cost of this change: −\$[\d.,]+ a month, [\s\S]*\| removed \| network\/NatGateway \|/,
  );
});

test("what it costs where the list of prices is not of the region is not told, and the plan is", async () => {
  const stage = await createStage({ region: "eu-west-3" });
  onTestFinished(() => stage.close());
  await stage.templates({ log: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n" });
  const { error, summary } = await stage.run({ mode: "plan" });
  expect(error).toBeUndefined();
  expect(summary).toContain("### Plan: 1 to create");
  expect(summary).toContain("Not told: the list of prices is of us-east-1, not of eu-west-3.");
});
