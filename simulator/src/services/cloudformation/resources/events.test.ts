import { expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const pipeline = "arn:aws:codepipeline:us-east-1:123456789012:update-customer-microservice";
const role = "arn:aws:iam::123456789012:role/PipelineRole";
const target = (Id: string, more = {}) => ({ Id, Arn: pipeline, RoleArn: role, ...more });
const pushed = (properties: object) => ({
  Pushed: {
    Type: "AWS::Events::Rule",
    Properties: {
      EventPattern: { source: ["aws.ecr"], detail: { "repository-name": ["customer"] } },
      Targets: [target("pipeline")],
      ...properties,
    },
  },
});

it("creates a rule with its targets, changes it in place, and removes it", async () => {
  const { events } = stack.aws;
  const outputs = { Arn: { Value: { "Fn::GetAtt": ["Pushed", "Arn"] } } };
  expect(await stack.create(pushed({ State: "DISABLED", Tags: [{ Key: "a", Value: "1" }] }), outputs)).toBe(
    "CREATE_COMPLETE",
  );
  const Name = await stack.physicalId("Pushed");
  const { Arn: ResourceARN } = await stack.outputs();
  expect(ResourceARN).toBe(`arn:aws:events:us-east-1:123456789012:rule/${Name}`);
  expect(await events.describeRule({ Name })).toMatchObject({ State: "DISABLED" });
  const changed = pushed({
    Description: "starts the pipeline",
    Targets: [target("other")],
    Tags: [{ Key: "b", Value: "2" }],
  });
  expect(await stack.update(changed, outputs)).toBe("UPDATE_COMPLETE");
  expect(await stack.physicalId("Pushed")).toBe(Name);
  expect(await events.describeRule({ Name })).toMatchObject({
    State: "ENABLED",
    Description: "starts the pipeline",
  });
  expect((await events.listTargetsByRule({ Rule: Name })).Targets).toMatchObject([{ Id: "other" }]);
  expect((await events.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: "b", Value: "2" }]);
  expect(await stack.remove()).toBe("gone");
  expect((await events.listRules({})).Rules).toEqual([]);
});

it("leaves no rule behind if its target is refused", async () => {
  const outcome = await stack.create(pushed({ Targets: [{ Id: "q", Arn: "arn:aws:sqs:us-east-1:1:q" }] }));
  expect(outcome).toContain("Pushed: ");
  expect(outcome).toContain("not to arn:aws:sqs:us-east-1:1:q");
  expect(await stack.remove()).toBe("gone");
  expect((await stack.aws.events.listRules({})).Rules).toEqual([]);
});
