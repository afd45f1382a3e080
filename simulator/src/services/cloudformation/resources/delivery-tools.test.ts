import { expect, it } from "vitest";
import { createPipelineRole, deliveryPipeline } from "../../codepipeline/pipeline.support.ts";
import { forEachTest, readParts, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const attribute = (resource: string, name: string) => ({ Value: { "Fn::GetAtt": [resource, name] } });
const tag = (Value: string) => ({ Tags: [{ Key: "team", Value }] });

it("a repository keeps its id and gets a new name, and is deleted", async () => {
  const { codecommit } = stack.aws;
  const repository = (properties: object) => ({
    Repository: { Type: "AWS::CodeCommit::Repository", Properties: properties },
  });
  const outputs = {
    Arn: attribute("Repository", "Arn"),
    Name: attribute("Repository", "Name"),
    CloneUrlHttp: attribute("Repository", "CloneUrlHttp"),
  };
  const before = { RepositoryName: "deployment", RepositoryDescription: "files", ...tag("coffee") };
  expect(await stack.create(repository(before), outputs)).toBe("CREATE_COMPLETE");
  const id = await stack.physicalId("Repository");
  expect(await stack.outputs()).toMatchObject({
    Arn: "arn:aws:codecommit:us-east-1:123456789012:deployment",
    CloneUrlHttp: expect.stringMatching(/\/v1\/repos\/deployment$/),
  });
  expect(await stack.update(repository({ RepositoryName: "renamed", ...tag("tea") }), outputs)).toBe(
    "UPDATE_COMPLETE",
  );
  expect(await stack.physicalId("Repository")).toBe(id);
  expect((await stack.outputs()).Name).toBe("renamed");
  const { repositoryMetadata } = await codecommit.getRepository({ repositoryName: "renamed" });
  expect(repositoryMetadata).toMatchObject({ repositoryId: id, repositoryDescription: undefined });
  const resourceArn = repositoryMetadata?.Arn;
  expect((await codecommit.listTagsForResource({ resourceArn })).tags).toEqual({ team: "tea" });
  expect(await stack.remove()).toBe("gone");
  expect((await codecommit.listRepositories({})).repositories).toEqual([]);
});

/** The pipeline as a template writes it: every member begins with a capital, the keys of a configuration stay. */
function capital(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capital);
  if (typeof value !== "object" || value === null) return value;
  const named = Object.entries(value).map(([key, inner]) => [
    key.charAt(0).toUpperCase() + key.slice(1),
    key === "configuration" ? inner : capital(inner),
  ]);
  return Object.fromEntries(named);
}
const pipeline = (properties: object, name = "update-customer") => ({
  Pipeline: {
    Type: "AWS::CodePipeline::Pipeline",
    Properties: { ...(capital(deliveryPipeline(name)) as object), ...properties },
  },
});

it("a pipeline is created, changed in place, renamed by replacement, and deleted", async () => {
  const { codepipeline } = stack.aws;
  await createPipelineRole(stack.aws, "PipelineRole");
  const outputs = { Version: attribute("Pipeline", "Version") };
  expect(await stack.create(pipeline(tag("coffee")), outputs)).toBe("CREATE_COMPLETE");
  expect((await codepipeline.getPipeline({ name: "update-customer" })).pipeline).toMatchObject(
    deliveryPipeline("update-customer"),
  );
  expect(await stack.update(pipeline({ PipelineType: "V2" }), outputs)).toBe("UPDATE_COMPLETE");
  expect((await stack.outputs()).Version).toBe("2");
  expect(await stack.update(pipeline({}, "renamed"), outputs)).toBe("UPDATE_COMPLETE");
  expect((await codepipeline.listPipelines({})).pipelines).toMatchObject([{ name: "renamed", version: 1 }]);
  expect(await stack.remove()).toBe("gone");
  expect((await codepipeline.listPipelines({})).pipelines).toEqual([]);
});

it("a pipeline whose role cannot be assumed fails with the service's own message, and leaves nothing", async () => {
  expect(await stack.create(pipeline({}))).toContain(
    "CodePipeline is not authorized to perform AssumeRole on role arn:aws:iam::123456789012:role/PipelineRole (Error code: InvalidStructureException)",
  );
  expect((await stack.aws.codepipeline.listPipelines({})).pipelines).toEqual([]);
});

const part = readParts(new URL("delivery-tools.yaml", import.meta.url));
const scaled = (Target: object, Policy: object) => part("scaled", { Target, Policy });

it("a scalable target and its policy are created, changed in place, replaced when renamed, and deleted", async () => {
  const scaling = stack.aws.applicationautoscaling;
  expect(await stack.create(scaled({}, {}))).toBe("CREATE_COMPLETE");
  expect(await stack.physicalId("Target")).toBe("service/coffee/web|ecs:service:DesiredCount|ecs");
  const policyArn = await stack.physicalId("Policy");
  expect(await stack.update(scaled({ MaxCapacity: 5 }, {}))).toBe("UPDATE_COMPLETE");
  const { ScalableTargets } = await scaling.describeScalableTargets({ ServiceNamespace: "ecs" });
  expect(ScalableTargets).toMatchObject([{ MaxCapacity: 5 }]);
  expect(await stack.physicalId("Policy")).toBe(policyArn);
  const renamed = { PolicyName: "memory" };
  const TargetTrackingScalingPolicyConfiguration = {
    TargetValue: 60,
    PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageMemoryUtilization" },
  };
  const other = { ...renamed, TargetTrackingScalingPolicyConfiguration };
  expect(await stack.update(scaled({ MaxCapacity: 5 }, other))).toBe("UPDATE_COMPLETE");
  const { ScalingPolicies } = await scaling.describeScalingPolicies({ ServiceNamespace: "ecs" });
  expect(ScalingPolicies?.map(({ PolicyName }) => PolicyName)).toEqual(["memory"]);
  // The new one is created before the old one is deleted, and no two may track the same.
  expect(await stack.update(scaled({ MaxCapacity: 5 }, { ...other, PolicyName: "again" }))).toContain(
    "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
  );
  expect(await stack.remove()).toBe("gone");
  expect((await scaling.describeScalableTargets({ ServiceNamespace: "ecs" })).ScalableTargets).toEqual([]);
});

const pipelineArn = "arn:aws:codepipeline:us-east-1:123456789012:update-customer-microservice";
const pushed = (Pushed: object) => part("pushed", { Pushed });

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
    Targets: [{ Id: "other", Arn: pipelineArn, RoleArn: "arn:aws:iam::123456789012:role/PipelineRole" }],
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

it("creates a rule that starts tasks on a schedule", async () => {
  expect(await stack.create(part("scheduled", {}))).toBe("CREATE_COMPLETE");
  const Rule = await stack.physicalId("Nightly");
  expect((await stack.aws.events.describeRule({ Name: Rule })).ScheduleExpression).toBe("rate(1 day)");
  const [target] = (await stack.aws.events.listTargetsByRule({ Rule })).Targets ?? [];
  const network = { awsvpcConfiguration: { Subnets: ["subnet-1"] } };
  expect(target?.EcsParameters?.NetworkConfiguration).toEqual(network);
  expect(await stack.remove()).toBe("gone");
});

it("leaves no rule behind if its target is refused", async () => {
  const outcome = await stack.create(pushed({ Targets: [{ Id: "q", Arn: "arn:aws:sqs:us-east-1:1:q" }] }));
  expect(outcome).toContain("Pushed: ");
  expect(outcome).toContain("not to arn:aws:sqs:us-east-1:1:q");
  expect(await stack.remove()).toBe("gone");
  expect((await stack.aws.events.listRules({})).Rules).toEqual([]);
});
