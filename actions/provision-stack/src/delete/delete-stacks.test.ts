import { afterAll, beforeAll, expect, test } from "vitest";
import { pushImage } from "../../../shared/push-image.support.ts";
import { createStage, type Stage } from "../stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage?.close());

const images = (more = "") =>
  `Resources:\n  Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: web${more} } }\n`;

const push = () => pushImage(stage.simulator, stage.folder, () => {});

test("images block a repository and are named before anything is deleted; force removes them", async () => {
  await stage.templates({ registry: images(), other: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n" });
  await stage.run({});
  await push();
  const refused = await stage.run({ mode: "delete" });
  expect(refused.error?.message).toBe("repository web (stack shop-registry) holds 1 image");
  expect(refused.error?.nextStep).toBe(
    "empty it, or use `force: true`, and run the job again; nothing was changed.",
  );
  expect(await stage.stacks()).toEqual({
    "shop-registry": "CREATE_COMPLETE",
    "shop-other": "CREATE_COMPLETE",
  });
  const forced = await stage.run({ mode: "delete", force: true });
  expect(forced.error).toBeUndefined();
  expect(forced.lines).toContain("repository web (stack shop-registry) holds 1 image: removing (force)");
  expect(await stage.stacks()).toEqual({});
});

test("images of a repository that empties itself are only told", async () => {
  await stage.templates({ registry: images(", EmptyOnDelete: true") });
  await stage.run({});
  await push();
  const { error, lines } = await stage.run({ mode: "delete" });
  expect(error).toBeUndefined();
  expect(lines).toContain("holds 1 image, which go with it");
});

test("objects of a bucket block, also old versions and markers of deletion; force removes them", async () => {
  await stage.templates({
    store:
      "Resources:\n  Store: { Type: AWS::S3::Bucket, Properties: { BucketName: artifacts-1, VersioningConfiguration: { Status: Enabled } } }\n",
  });
  expect((await stage.run({})).error).toBeUndefined();
  const { s3 } = stage.simulator.aws;
  for (const Body of ["one", "two"]) await s3.putObject({ Bucket: "artifacts-1", Key: "a", Body } as never);
  await s3.deleteObject({ Bucket: "artifacts-1", Key: "a" });
  const refused = await stage.run({ mode: "delete" });
  expect(refused.error?.message).toBe(
    "bucket artifacts-1 (stack shop-store) holds 3 objects, old versions included",
  );
  expect((await stage.run({ mode: "delete", force: true })).error).toBeUndefined();
  expect(await stage.stacks()).toEqual({});
});

test("a stack that is protected, and one whose exports a stack uses that stays, are told together", async () => {
  const exporting =
    'Resources:\n  Log: { Type: AWS::Logs::LogGroup }\nOutputs: { L: { Value: !Ref Log, Export: { Name: !Sub "${' +
    'AWS::StackName}-Log" } } }\n';
  const importing =
    "Resources:\n  Copy: { Type: AWS::Logs::LogGroup, Properties: { Tags: [{ Key: of, Value: !ImportValue shop-one-Log }] } }\n";
  await stage.templates({ one: exporting, two: importing });
  await stage.run({});
  await stage.simulator.aws.cloudformation.updateTerminationProtection({
    StackName: "shop-one",
    EnableTerminationProtection: true,
  });
  const { error } = await stage.run({ mode: "delete", stacks: ["one"], force: true });
  expect(error?.message).toMatch(
    /^2 things to correct: stack shop-one is protected from termination \(turn that off: aws .*\); stack shop-two, which is to stay, imports shop-one-Log of stack shop-one \(delete shop-two, too/,
  );
  await stage.simulator.aws.cloudformation.updateTerminationProtection({
    StackName: "shop-one",
    EnableTerminationProtection: false,
  });
  expect((await stage.run({ mode: "delete" })).error).toBeUndefined();
});

test("what is kept is told, and so is a stack that the profile no longer names", async () => {
  await stage.templates({
    kept: "Resources:\n  Log: { Type: AWS::Logs::LogGroup, DeletionPolicy: Retain, Properties: { LogGroupName: kept } }\n",
    left: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n",
  });
  await stage.run({});
  const parametersFile = await stage.write("profile.json", { kept: {} });
  const { error, summary, warnings } = await stage.run({ mode: "delete", parametersFile });
  expect(error).toBeUndefined();
  expect(summary).toContain(
    "#### What is kept\n\n- Log (AWS::Logs::LogGroup, kept) is kept and goes on costing",
  );
  expect(warnings).toBe("Stack shop-left stays: the parameters file does not name its template.");
  await stage.run({ mode: "delete" });
});

test("what CloudFormation cannot delete is named with what to do, and the rest goes on the next run", async () => {
  await stage.templates({
    net: "Resources:\n  Vpc: { Type: AWS::EC2::VPC, Properties: { CidrBlock: 10.0.0.0/16 } }\n",
  });
  await stage.run({});
  const { ec2 } = stage.simulator.aws;
  const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "cidr", Values: ["10.0.0.0/16"] }] });
  const { Subnet } = await ec2.createSubnet({ VpcId: Vpcs[0]?.VpcId, CidrBlock: "10.0.0.0/24" });
  const { error } = await stage.run({ mode: "delete" });
  expect(error?.message).toMatch(
    /^Stack shop-net cannot be deleted: Vpc: The vpc '\S+' has dependencies and cannot be deleted \(the stack is DELETE_FAILED\)$/,
  );
  expect(error?.nextStep).toMatch(/^remove what uses it and is not of these stacks/);
  await ec2.deleteSubnet({ SubnetId: Subnet?.SubnetId });
  expect((await stage.run({ mode: "delete" })).error).toBeUndefined();
});

test("an account that may not look is warned of, and the deletion goes on", async () => {
  await stage.templates({ registry: images() });
  await stage.run({});
  const fault = stage.simulator.faults.add({ kind: "deny", operation: "ecr:ListImages" });
  const { error, warnings } = await stage.run({ mode: "delete" });
  fault.remove();
  expect(error).toBeUndefined();
  expect(warnings).toContain("Could not check: repository web (stack shop-registry): ");
});
