import { expect, test } from "vitest";
import { parseTemplate } from "../../../cloudformation/template.ts";
import { majorUpgrades } from "./plan-stack.ts";
import type { PlannedChange } from "./stack-plan.ts";

const change = (before: string, after: string): PlannedChange => ({
  action: "Modify",
  logicalId: "Database",
  type: "AWS::RDS::DBInstance",
  replacement: "no",
  properties: [{ name: "EngineVersion", before, after, causes: [] }],
  loss: undefined,
});

test.each([
  ["mysql", "8.0.39", "8.4.3", true],
  ["mysql", "8.4.3", "8.4.7", false],
  ["mariadb", "10.6.20", "10.11.9", true],
  ["postgres", "16.3", "16.9", false],
  ["aurora-postgresql", "15.4", "16.3", true],
])("%s from %s to %s is a major upgrade: %s", (engine, before, after, isMajor) => {
  const body = `Resources: { Database: { Type: AWS::RDS::DBInstance, Properties: { Engine: ${engine} } } }`;
  const template = parseTemplate(body, "database.yaml", "database");
  const planned = { stackName: "shop-database", template, parameters: {} };
  const warnings = majorUpgrades(planned as unknown as Parameters<typeof majorUpgrades>[0], [
    change(before, after),
  ]);
  expect(warnings).toEqual(
    isMajor ? [expect.stringMatching(`${before} → ${after}: .* cannot be undone. Fix: take a snapshot`)] : [],
  );
});
