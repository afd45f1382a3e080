import { parseTemplate, readTemplates } from "@ecs-delivery/actions/cloudformation/template";
import { expect, test } from "vitest";
import { servicesOf } from "./services-of-templates.ts";

function servicesIn(resources: string): [string, string[]][] {
  return [...servicesOf([parseTemplate(`Resources:${resources}`, "one.yaml", "one")])];
}

test("the repository's templates use at least the eleven services of the course", () => {
  expect(servicesOf(readTemplates("infra-templates")).size).toBeGreaterThanOrEqual(11);
});

test("networks count as VPC, load balancers as EC2, and tasks without instances as Fargate, too", () => {
  const services = servicesIn(`
  Vpc: { Type: AWS::EC2::VPC }
  Entry: { Type: AWS::ElasticLoadBalancingV2::LoadBalancer }
  Web: { Type: AWS::ECS::Service, Properties: { LaunchType: FARGATE } }
  Db: { Type: AWS::RDS::DBInstance, Properties: { ManageMasterUserPassword: true } }`);
  expect(services.map(([service]) => service)).toEqual([
    "CloudFormation",
    "EC2",
    "ECS",
    "Fargate",
    "RDS",
    "Secrets Manager",
    "VPC",
  ]);
});

test("a type of an unknown service is reported", () => {
  expect(() => servicesIn("\n  Queue: { Type: AWS::SQS::Queue }")).toThrow(
    "one.yaml: Queue is of AWS::SQS::Queue",
  );
});
