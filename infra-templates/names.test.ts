import { expect, test } from "vitest";
import { type Profile, resourcesOf } from "./profiles.support.ts";

const both = (name: string) => [name.replace("*", "customer"), name.replace("*", "employee")];

/** Names and sizes of the course, by type and property. check-lab accepts others, since it finds resources by role. */
const course = {
  "AWS::ECR::Repository RepositoryName": both("*"),
  "AWS::ECS::Cluster ClusterName": ["microservices-serverlesscluster"],
  "AWS::Logs::LogGroup LogGroupName": ["awslogs-capstone"],
  "AWS::ECS::TaskDefinition Family": both("*-microservice"),
  "AWS::ECS::TaskDefinition Cpu": ["512"],
  "AWS::ECS::TaskDefinition Memory": ["1024"],
  "AWS::ECS::Service ServiceName": both("*-microservice"),
  "AWS::ElasticLoadBalancingV2::LoadBalancer Name": ["microservicesLB"],
  "AWS::ElasticLoadBalancingV2::TargetGroup Name": [...both("*-tg-one"), ...both("*-tg-two")],
  "AWS::CodeDeploy::Application ApplicationName": ["microservices"],
  "AWS::CodeDeploy::DeploymentGroup DeploymentGroupName": both("microservices-*"),
  "AWS::CodeDeploy::DeploymentGroup DeploymentConfigName": ["CodeDeployDefault.ECSAllAtOnce"],
  "AWS::CodeCommit::Repository RepositoryName": ["deployment", "microservices"],
  "AWS::CodePipeline::Pipeline Name": both("update-*-microservice"),
  "AWS::CodePipeline::Pipeline Stages.0.Actions.0.Configuration.BranchName": ["dev"],
};

/** Names that the course's account already has, and settings that deviate from the course on purpose. */
const standard = {
  // Excluded: the course's path, which needs the database.
  "AWS::ElasticLoadBalancingV2::TargetGroup HealthCheckPath": ["/", "/admin/health"],
  "AWS::EC2::VPC Tags.0.Value": ["LabVPC"],
  "AWS::EC2::Subnet Tags.0.Value": ["Public Subnet1", "Public Subnet2", "Private Subnet1", "Private Subnet2"],
  "AWS::EC2::Instance Tags.0.Value": ["MonolithicAppServer"],
  "AWS::RDS::DBInstance DBInstanceIdentifier": ["supplierdb"],
  "AWS::RDS::DBInstance DBName": ["COFFEE"],
  "AWS::RDS::DBInstance MasterUsername": ["nodeapp"],
  // Excluded: the course's 8.0, whose Extended Support costs more than the rest of the database.
  "AWS::RDS::DBInstance EngineVersion": ["8.4"],
  "AWS::RDS::DBInstance DeletionProtection": ["true"],
  "AWS::IAM::Role RoleName": ["DeployRole", "PipelineRole"],
};
const academy = {
  "AWS::ElasticLoadBalancingV2::TargetGroup HealthCheckPath": ["/", "/admin/suppliers"],
  "AWS::EC2::SecurityGroup GroupName": ["microservices-sg", "microservices-tasks-sg"],
  "AWS::Cloud9::EnvironmentEC2 Name": ["MicroservicesIDE"],
};

test.each<[Profile, { readonly [property: string]: readonly string[] }]>([
  ["standard", { ...course, ...standard }],
  ["academy", { ...course, ...academy }],
])("profile %s has the names and sizes of the course", (profile, expected) => {
  // The pipelines come only when the repositories have sources.
  const resources = resourcesOf(profile, { pipeline: { Sources: "ready" } });
  for (const [property, values] of Object.entries(expected)) {
    const [type, path = ""] = property.split(" ");
    const found = resources.flatMap((each) => (each.type === type ? at(each.properties, path) : []));
    expect(new Set(found), property).toEqual(new Set(values));
  }
});

const at = (value: unknown, path: string) =>
  path.split(".").reduce((found, key) => Reflect.get(Object(found), key), value) ?? [];
