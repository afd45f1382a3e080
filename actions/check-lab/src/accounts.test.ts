import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterEach, beforeEach, expect, it } from "vitest";
import { check, expectAllGreen, itemsOf } from "./check.support.ts";
import { buildByHand, commit, createContainers } from "./lab-account.support.ts";
import {
  bucket,
  codeFiles,
  consoleNames,
  courseNames,
  definitionFiles,
  otherNames,
  pipelineOf,
  taskDefinition,
} from "./lab-parts.support.ts";

let simulator: TestSimulator;
beforeEach(async () => {
  simulator = await startTestSimulator({ account: "academy" });
});
afterEach(() => simulator?.close());

it("passes every item of an account made by hand", async () => {
  await buildByHand(simulator);
  expectAllGreen(await check(simulator));
  // Task sets show that CodeDeploy has released, also without its history.
  simulator.faults.add({ kind: "deny", operation: "codedeploy:*" });
  const report = await check(simulator, { numbers: [6, 8] });
  expect(itemsOf(report, "fail")).toEqual([]);
  expect(itemsOf(report, "unchecked").filter((item) => item.startsWith("6."))).toEqual([]);
});

it("finds everything under other names, and says what it took for what", async () => {
  await buildByHand(simulator, otherNames);
  const report = await check(simulator);
  expectAllGreen(report);
  expect(report.taken).toMatchObject({
    "the load balancer": "cafe-front",
    "the employee's production target group": "tg-b-green",
    "the employee service": "cafe/web-b",
    "the employee image repository": "cafe-staff",
    "the customer deployment group": "cafe-app/dg-a",
    "the customer pipeline": "pipe-a",
    "the code repository": "cafe-code",
  });
});

it("passes every item of an account in another region", async () => {
  const region = "eu-west-3";
  const elsewhere = await startTestSimulator({ account: "academy", region });
  try {
    await buildByHand(elsewhere, { ...courseNames, region });
    const report = await check(elsewhere);
    expect([...itemsOf(report, "fail"), ...itemsOf(report, "unchecked")]).toEqual([]);
  } finally {
    await elsewhere.close();
  }
});

it("passes every item with the console's names", async () => {
  await buildByHand(simulator, consoleNames);
  expectAllGreen(await check(simulator));
});

it("passes every item with other projects next to it", async () => {
  const { subnets, vpc, host } = await buildByHand(simulator);
  const { ec2, ecr, ecs, elbv2, events, codecommit } = simulator.aws;
  await ec2.createSecurityGroup({
    GroupName: "launch-wizard-1",
    Description: "Created by the wizard",
    VpcId: vpc,
  });
  for (const repositoryName of ["customer-portal", "admin-tools"]) {
    await ecr.createRepository({ repositoryName });
    await codecommit.createRepository({ repositoryName });
    await commit(simulator, repositoryName, { "package.json": "{}", "deploy.yaml": "Resources: {}" });
  }
  await elbv2.createLoadBalancer({ Name: "customer-portal-lb", Subnets: subnets });
  await ecs.createCluster({ clusterName: "portal" });
  await ecs.registerTaskDefinition(taskDefinition("customer", "customer-portal", "customer-portal", host));
  await ecs.createService({
    ...{
      cluster: "portal",
      serviceName: "customer-portal",
      taskDefinition: "customer-portal",
      desiredCount: 0,
    },
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets } },
  });
  const EventPattern = JSON.stringify({
    source: ["aws.ecr"],
    detail: { "repository-name": ["customer-portal"] },
  });
  await events.putRule({ Name: "codepipeline-portal-latest-1a2b3c-rule", EventPattern });
  const report = await check(simulator);
  expect([...itemsOf(report, "fail"), ...itemsOf(report, "unchecked")]).toEqual([]);
});

it("takes the course's part of two of everything", async () => {
  const { subnets, host } = await buildByHand(simulator);
  const { codecommit, codedeploy, codepipeline, elbv2, s3 } = simulator.aws;
  await codecommit.createRepository({ repositoryName: "microservices-2" });
  await commit(simulator, "microservices-2", codeFiles);
  await createContainers(
    simulator,
    { ...otherNames, repository: { customer: "customer-2", employee: "employee-2" } },
    host,
  );
  await elbv2.createLoadBalancer({ Name: "second-lb", Subnets: subnets });
  await codedeploy.createApplication({ applicationName: "microservices-2", computePlatform: "ECS" });
  await codecommit.createRepository({ repositoryName: otherNames.deployment });
  await commit(simulator, otherNames.deployment, definitionFiles(otherNames, host));
  await s3.createBucket({ Bucket: `${bucket}-2` });
  const copy = { ...pipelineOf(courseNames, "customer"), name: "update-customer-microservice-2" };
  await codepipeline.createPipeline({ pipeline: copy });
  const report = await check(simulator);
  expect(itemsOf(report, "fail")).toEqual([]);
  expect(report.taken).toMatchObject({
    "the load balancer": courseNames.loadBalancer,
    "the customer image repository": "customer",
    "the customer pipeline": "update-customer-microservice",
    "the code repository": courseNames.code,
  });
});
