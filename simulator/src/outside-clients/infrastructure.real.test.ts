import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { awsCli, programsFor } from "./programs.support.ts";
import { startForClients } from "./start-for-clients.support.ts";

const { simulator, folder } = await startForClients();

const { aws, boto3, execute } = programsFor(simulator);

it("boto3 calls the operations behind the templates", async () => {
  expect(await boto3("infrastructure.py")).toEqual({
    provider: ["sts.amazonaws.com"],
    server: ["10.0.0.4", "running", "server"],
    endpoint: ["Gateway", "available"],
    refused: "InvalidAMIID.NotFound",
    put: 0,
    dashboard: true,
    invalid: "InvalidParameterInput",
    absent: "ResourceNotFound",
  });
  const seen = async () => {
    const { events = [] } = await simulator.aws.logs.filterLogEvents({ logGroupName: "/aws/events/pushed" });
    return events.map(({ message = "" }) => JSON.parse(message).detail);
  };
  await expect.poll(seen).toEqual([{ size: 2 }]);
});

const template = `
Parameters:
  Image:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64
Resources:
  Artifacts: {Type: AWS::S3::Bucket, Properties: {BucketName: cli-artifacts}}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Server: {Type: AWS::EC2::Instance, Properties: {ImageId: !Ref Image, InstanceType: t3.micro, SubnetId: !Ref Subnet}}
  Pushed:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [aws.ecr]}}
Outputs:
  Address: {Value: !GetAtt Server.PrivateIp}
`;

it("the AWS CLI plans a template through a bucket, and removes its resources once its bucket is empty", async () => {
  const text = (...args: string[]) => execute(awsCli, args);
  const file = join(folder, "template.yaml");
  await writeFile(file, template);
  await text("s3", "mb", "s3://cli-templates");
  const stack = ["cloudformation", "deploy", "--stack-name=cli", `--template-file=${file}`];
  // Its own wait for the stack would take half a minute between two checks.
  const planned = await text(...stack, "--s3-bucket=cli-templates", "--no-execute-changeset");
  const changeSet = /--change-set-name (\S+)/.exec(planned)?.[1] ?? "";
  const { Changes } = await aws("cloudformation", "describe-change-set", `--change-set-name=${changeSet}`);
  expect(Changes).toHaveLength(5);
  await text("cloudformation", "execute-change-set", `--change-set-name=${changeSet}`);
  const status = async () => {
    const { Stacks = [] } = await simulator.aws.cloudformation.describeStacks({});
    return Stacks.map(({ StackStatus }) => StackStatus).join();
  };
  await expect.poll(status).toBe("CREATE_COMPLETE");
  const { Stacks } = await aws("cloudformation", "describe-stacks", "--stack-name=cli");
  expect(Stacks[0].Outputs).toMatchObject([{ OutputKey: "Address", OutputValue: "10.0.0.4" }]);
  await text("s3", "cp", file, "s3://cli-artifacts/a/b.yaml");
  await text("cloudformation", "delete-stack", "--stack-name=cli");
  await expect.poll(status).toBe("DELETE_FAILED");
  await text("s3", "rm", "s3://cli-artifacts", "--recursive");
  await text("cloudformation", "delete-stack", "--stack-name=cli");
  await expect.poll(status).toBe("");
  const running = "--filters=Name=instance-state-name,Values=running";
  expect((await aws("ec2", "describe-instances", running)).Reservations).toEqual([]);
});
