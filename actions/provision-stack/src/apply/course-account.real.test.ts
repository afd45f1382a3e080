import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRealStage, type Stage } from "../stage.support.ts";

const ownTemplates = fileURLToPath(new URL("../../../../infra-templates", import.meta.url));

let stage: Stage;
beforeAll(async () => {
  stage = await createRealStage({ account: "academy" });
});
afterAll(() => stage?.close());

test("names the action that the course's account denies, and the profile that does not need it", async () => {
  const trust =
    "{ Version: 2012-10-17, Statement: [{ Effect: Allow, Principal: { Service: ecs-tasks.amazonaws.com }, Action: sts:AssumeRole }] }";
  await stage.templates({
    access: `Resources:\n  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: ${trust} } }\n`,
  });
  const { error } = await stage.run({});
  expect(error?.message).toMatch(
    /^Stack shop-access: Role \(AWS::IAM::Role\) failed: the role of this job may not iam:CreateRole \(.*access\.yaml:2; the stack was ROLLBACK_COMPLETE and was deleted\)$/,
  );
  expect(error?.nextStep).toMatch(/^allow iam:CreateRole in the policy of .*: use profile academy there\.$/);
  expect(await stage.stacks()).toEqual({});
});

test("plans, applies, plans without changes, and deletes the course's profile in that account", async () => {
  await cp(ownTemplates, stage.templatesFolder, { recursive: true });
  await stage.write("templates/access.yaml", "Resources: { Log: { Type: AWS::Logs::LogGroup } }");
  const given = {
    parametersFile: `${ownTemplates}/parameters/academy.json`,
    stackPrefix: "microservices",
  };
  expect((await stage.run({ ...given, mode: "plan" })).error).toBeUndefined();
  expect(await stage.stacks()).toEqual({});
  expect((await stage.run(given)).error).toBeUndefined();
  expect((await stage.run({ ...given, mode: "plan" })).output("has-changes")).toBe("false");
  expect((await stage.run({ ...given, mode: "delete" })).error).toBeUndefined();
  expect(await stage.stacks()).toEqual({});
});
