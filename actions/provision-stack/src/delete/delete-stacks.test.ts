import { expect, test } from "vitest";
import { pushImage } from "../../../core/push-image.support.ts";
import { loadBalancerTemplate, useStage } from "../stage.support.ts";

const stage = await useStage();

const images = (more = "") =>
  `Resources:\n  Images: { Type: AWS::ECR::Repository, Properties: { RepositoryName: web${more} } }\n`;

const push = () => pushImage(stage.simulator, stage.folder, () => {});

test("names images that block a repository before anything is deleted; force removes them", async () => {
  await stage.templates({ registry: images(), other: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n" });
  await stage.run({});
  await push();
  const refused = await stage.run({ mode: "delete" });
  expect(refused.error?.message).toBe("repository web (stack shop-registry) contains 1 image");
  expect(refused.error?.nextStep).toBe(
    "empty it, or use `force: true`, and run the job again; nothing was changed.",
  );
  expect(await stage.stacks()).toEqual({
    "shop-registry": "CREATE_COMPLETE",
    "shop-other": "CREATE_COMPLETE",
  });
  const forced = await stage.run({ mode: "delete", force: true });
  expect(forced.error).toBeUndefined();
  expect(forced.lines).toContain("repository web (stack shop-registry) contains 1 image: removing (force)");
  expect(await stage.stacks()).toEqual({});
});

test("only reports images of a repository that empties itself", async () => {
  await stage.templates({ registry: images(", EmptyOnDelete: true") });
  await stage.run({});
  await push();
  const { error, lines } = await stage.run({ mode: "delete" });
  expect(error).toBeUndefined();
  expect(lines).toContain("contains 1 image, which are deleted with it");
});

test("names objects of a bucket that block it, also old versions and delete markers; force removes them", async () => {
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
    "bucket artifacts-1 (stack shop-store) contains 3 objects, including old versions",
  );
  expect((await stage.run({ mode: "delete", force: true })).error).toBeUndefined();
  expect(await stage.stacks()).toEqual({});
});

test("does not delete a stack whose exports a remaining stack uses", async () => {
  const exporting =
    'Resources:\n  Log: { Type: AWS::Logs::LogGroup }\nOutputs: { L: { Value: !Ref Log, Export: { Name: !Sub "${' +
    'AWS::StackName}-Log" } } }\n';
  const importing =
    "Resources:\n  Copy: { Type: AWS::Logs::LogGroup, Properties: { Tags: [{ Key: of, Value: !ImportValue shop-one-Log }] } }\n";
  await stage.templates({ one: exporting, two: importing });
  await stage.run({});
  const { error } = await stage.run({ mode: "delete", stacks: ["one"], force: true });
  expect(error?.message).toMatch(
    /^Stack shop-two, which is not deleted, imports shop-one-Log of stack shop-one/i,
  );
  expect((await stage.run({ mode: "delete" })).error).toBeUndefined();
});

test("deletes an applied stack only by mode delete, which removes its protection", async () => {
  const { cloudformation } = stage.simulator.aws;
  await stage.templates({ one: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n" });
  await stage.run({});
  await expect(cloudformation.deleteStack({ StackName: "shop-one" })).rejects.toThrow(
    "TerminationProtection",
  );
  await cloudformation.updateTerminationProtection({
    StackName: "shop-one",
    EnableTerminationProtection: false,
  });
  // An apply without changes protects an unprotected stack.
  await stage.run({});
  await expect(cloudformation.deleteStack({ StackName: "shop-one" })).rejects.toThrow(
    "TerminationProtection",
  );
  expect((await stage.run({ mode: "delete" })).error).toBeUndefined();
  expect(await stage.stacks()).toEqual({});
});

test("reports what is kept, and a stack that the profile no longer lists", async () => {
  await stage.templates({
    kept: "Resources:\n  Log: { Type: AWS::Logs::LogGroup, DeletionPolicy: Retain, Properties: { LogGroupName: kept } }\n",
    left: "Resources:\n  Log: { Type: AWS::Logs::LogGroup }\n",
  });
  await stage.run({});
  const parametersFile = await stage.write("profile.json", { kept: {} });
  const { error, summary, warnings } = await stage.run({ mode: "delete", parametersFile });
  expect(error).toBeUndefined();
  expect(summary).toContain(
    "**Kept resources**\n\n- Log (AWS::Logs::LogGroup, kept) is kept and continues to cost money",
  );
  expect(warnings).toBe("Stack shop-left is kept: the parameters file does not list its template.");
  await stage.run({ mode: "delete" });
});

test("names what CloudFormation cannot delete and what to do; the rest is deleted in the next run", async () => {
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
  expect(error?.nextStep).toMatch(/^remove the resources outside these stacks that use it/);
  await ec2.deleteSubnet({ SubnetId: Subnet?.SubnetId });
  expect((await stage.run({ mode: "delete" })).error).toBeUndefined();
});

test("reads a database's protection from RDS; only one that is named loses it", async () => {
  const database = (id: string, isProtected: boolean) =>
    `  ${id}: { Type: AWS::RDS::DBInstance, Properties: { DBInstanceIdentifier: ${id}, DBInstanceClass: db.t3.micro, Engine: mysql, DBSubnetGroupName: !Ref Group, AllocatedStorage: "20", MasterUsername: admin, MasterUserPassword: lab-password, DeletionProtection: ${isProtected} } }\n`;
  const group =
    "  Group: { Type: AWS::RDS::DBSubnetGroup, Properties: { DBSubnetGroupDescription: a, SubnetIds: [!Ref One, !Ref Two] } }\n";
  const databases = [database("first", true), database("second", true), database("third", false)];
  await stage.templates({ data: `${loadBalancerTemplate}${group}${databases.join("")}` });
  expect((await stage.run({})).error).toBeUndefined();
  const { rds } = stage.simulator.aws;
  await rds.modifyDBInstance({ DBInstanceIdentifier: "second", DeletionProtection: false });
  await rds.modifyDBInstance({ DBInstanceIdentifier: "third", DeletionProtection: true });
  const refused = async (unprotect: string[]) => {
    const { error } = await stage.run({ mode: "delete", force: true, unprotect });
    expect(error?.nextStep).toContain("nothing was changed");
    return error?.message.match(/\w+(?= \(stack shop-data\) is protected from deletion)/g);
  };
  expect(await refused([])).toEqual(["first", "third"]);
  expect(await refused(["first", "thir", "Third"])).toEqual(["third"]);
  const { error, summary } = await stage.run({ mode: "delete", unprotect: ["first", "third"] });
  expect(error).toBeUndefined();
  // Without a DeletionPolicy too, CloudFormation keeps the last snapshot of a database.
  expect(summary.match(/`aws rds delete-db-snapshot --db-snapshot-identifier \S+`/g)).toHaveLength(3);
});

test("warns an account that may not read, and continues with the deletion", async () => {
  await stage.templates({ registry: images() });
  await stage.run({});
  const fault = stage.simulator.faults.add({ kind: "deny", operation: "ecr:ListImages" });
  const { error, warnings } = await stage.run({ mode: "delete" });
  fault.remove();
  expect(error).toBeUndefined();
  expect(warnings).toContain("Could not check: repository web (stack shop-registry): ");
});
