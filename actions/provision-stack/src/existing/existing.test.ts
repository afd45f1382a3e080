import { afterEach, expect, test } from "vitest";
import type { Failure } from "../../../core/failure.ts";
import type { Choice, ExistingResources } from "../inputs.ts";
import { useStage } from "../stage.support.ts";

const stage = await useStage();
afterEach(async () => {
  await stage.run({ mode: "delete" });
  const { repositories = [] } = await stage.simulator.aws.ecr.describeRepositories({});
  for (const { repositoryName } of repositories)
    await stage.simulator.aws.ecr.deleteRepository({ repositoryName });
});

const as = (others: Choice, byTemplate: Record<string, Choice> = {}): { existing: ExistingResources } => ({
  existing: { others, byTemplate: new Map(Object.entries(byTemplate)) },
});

const registry = `
Resources:
  Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: customer, ImageTagMutability: IMMUTABLE } }
  Others: { Type: AWS::ECR::Repository, Properties: { RepositoryName: employee } }
Outputs:
  Name: { Value: !Ref Images, Export: { Name: !Sub "\${AWS::StackName}-Name" } }
`;
const user = `
Parameters: { RegistryStack: { Type: String, Default: microservices-registry } }
Resources:
  Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: { "Fn::ImportValue": !Sub "\${RegistryStack}-Name" } } }
`;

async function createRepository() {
  const { aws } = stage.simulator;
  const { repository } = await aws.ecr.createRepository({ repositoryName: "customer" });
  return repository?.createdAt;
}

async function resources(StackName: string) {
  const { StackResources = [] } = await stage.simulator.aws.cloudformation.describeStackResources({
    StackName,
  });
  return StackResources.map(
    (each) => `${each.LogicalResourceId} ${each.PhysicalResourceId} ${each.ResourceStatus}`,
  );
}

test("adopts an existing resource, creates the others, and updates nothing the next time", async () => {
  const createdAt = await createRepository();
  await stage.templates({ registry, user });
  const plan = await stage.run({ mode: "plan", ...as("adopt") });
  expect(plan.summary).toContain("1 to create, 1 to adopt");
  expect(plan.summary).toContain("| adopt | Images | AWS::ECR::Repository |");
  expect(plan.warnings).toBe("");
  expect(await stage.stacks()).toEqual({});
  const { error, summary, lines } = await stage.run(as("adopt"));
  expect(error).toBeUndefined();
  expect(summary).toContain("**Adopted resources**\n\n- Images (AWS::ECR::Repository customer)");
  expect(lines).toContain("shop-registry: the adopted resources were not changed");
  expect(await resources("shop-registry")).toEqual([
    "Images customer IMPORT_COMPLETE",
    "Others employee CREATE_COMPLETE",
  ]);
  const { repositories } = await stage.simulator.aws.ecr.describeRepositories({
    repositoryNames: ["customer"],
  });
  expect(repositories?.[0]?.createdAt).toEqual(createdAt);
  expect((await stage.run(as("adopt"))).lines).toContain("shop-registry: no change.");
  expect((await stage.run({ mode: "delete" })).error).toBeUndefined();
  expect((await stage.simulator.aws.ecr.describeRepositories({})).repositories).toEqual([]);
});

test("adopts what an update would add, and leaves the rest of the stack as it is", async () => {
  const { Images: _, ...others } = { Images: "", Others: registry.split("\n")[3] };
  await stage.templates({ registry: `Resources:\n${others.Others}` });
  expect((await stage.run({})).error).toBeUndefined();
  await createRepository();
  await stage.templates({ registry });
  expect((await stage.run({ mode: "plan", ...as("fail", { registry: "adopt" }) })).summary).toContain(
    "1 to adopt",
  );
  const { error, outputs } = await stage.run(as("fail", { registry: "adopt" }));
  expect(error).toBeUndefined();
  expect(outputs.registry).toEqual({ Name: "customer" });
  expect(await resources("shop-registry")).toEqual([
    "Others employee CREATE_COMPLETE",
    "Images customer IMPORT_COMPLETE",
  ]);
});

test("skips a template whose resources exist, and those that import from it", async () => {
  await createRepository();
  const other = "Resources: { Cluster: { Type: AWS::ECS::Cluster, Properties: { ClusterName: shop } } }";
  await stage.templates({ registry, user, other });
  const plan = await stage.run({ mode: "plan", ...as("skip") });
  expect(plan.summary).toContain(
    "Skipped: shop-registry, outside any stack exists already: Images (AWS::ECR::Repository).",
  );
  expect(plan.summary).toContain("Skipped: shop-user, it imports from registry, which is skipped.");
  const { error, warnings, summary } = await stage.run(as("skip"));
  expect(error).toBeUndefined();
  expect(warnings).toContain("Stack shop-registry is skipped: outside any stack exists already: Images");
  expect(summary).toContain("1 created, 2 skipped");
  expect(await stage.stacks()).toEqual({ "shop-other": "CREATE_COMPLETE" });
});

test("names each resource that cannot be adopted, with its fix, and changes nothing", async () => {
  await createRepository();
  await stage.simulator.aws.codecommit.createRepository({ repositoryName: "shop" });
  await stage.templates({
    registry: `${registry.split("Outputs")[0]}  Code: { Type: AWS::CodeCommit::Repository, Properties: { RepositoryName: shop } }\n`,
  });
  const { error } = await stage.run(as("adopt"));
  expect(error?.message).toBe(
    "Stack shop-registry: Code (AWS::CodeCommit::Repository) exists outside any stack and cannot be adopted: this type has no import by its name",
  );
  expect((error as Failure).nextStep).toContain('existing-resources: "registry: skip"');
  expect(await stage.stacks()).toEqual({});
});

test("rejects a template that does not exist", async () => {
  await stage.templates({ registry });
  expect((await stage.run(as("fail", { regsitry: "skip" }))).error?.message).toMatch(
    /^Input existing-resources lists regsitry, which is not a template.*registry/,
  );
});
