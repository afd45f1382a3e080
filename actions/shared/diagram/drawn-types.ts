import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { isObject } from "../task-definition.ts";
import {
  describe,
  endpointOf,
  loadBalancersOf,
  pipelinesOf,
  portOf,
  providerOf,
  servicesOfCluster,
  stoppedBy,
  trustsProvider,
} from "./details.ts";
import { type Drawing, edge, folded, group, node } from "./drawing.ts";
import type { DrawnResources } from "./drawn-resources.ts";

const rights = folded("permissions are read, not drawn");
const routing = folded("whether a subnet is public");
const settings = folded("settings of another resource");

/** Resource type → how it is drawn. A type without a line is refused. */
export const drawnTypes: { readonly [type: string]: Drawing } = {
  "AWS::ApplicationAutoScaling::ScalableTarget": node(
    "Application Auto Scaling",
    "scaling",
    { area: "Observability" },
    { details: describe.scalableTarget },
  ),
  "AWS::ApplicationAutoScaling::ScalingPolicy": settings,
  "AWS::CDK::Metadata": settings,
  "AWS::Cloud9::EnvironmentEC2": node(
    "AWS Cloud9",
    "terminal",
    { subnets: "SubnetId" },
    {
      name: "Name",
      details: describe.instance,
    },
  ),
  "AWS::CloudFormation::WaitCondition": folded("only delays its stack"),
  "AWS::CloudFormation::WaitConditionHandle": folded("only delays its stack"),
  "AWS::CloudWatch::Alarm": node(
    "Amazon CloudWatch",
    "alarm",
    { beside: stoppedBy, area: "Observability" },
    {
      name: "AlarmName",
      plural: "alarms",
    },
  ),
  "AWS::CloudWatch::Dashboard": node(
    "Amazon CloudWatch",
    "chart",
    { area: "Observability" },
    { name: "DashboardName" },
  ),
  "AWS::CodeCommit::Repository": node(
    "AWS CodeCommit",
    "repository",
    { area: "Delivery" },
    {
      plural: "repositories",
      name: "RepositoryName",
    },
  ),
  "AWS::CodeDeploy::Application": folded("its deployment groups"),
  "AWS::CodeDeploy::DeploymentConfig": settings,
  "AWS::CodeDeploy::DeploymentGroup": node(
    "AWS CodeDeploy",
    "deployment",
    { area: "Delivery" },
    { plural: "deployment groups", name: "DeploymentGroupName", details: describe.deploymentGroup },
  ),
  "AWS::CodePipeline::Pipeline": node(
    "AWS CodePipeline",
    "pipeline",
    { area: "Delivery" },
    { name: "Name", plural: "pipelines" },
  ),
  "AWS::EC2::EIP": folded("the address of a NAT gateway or an instance"),
  "AWS::EC2::EIPAssociation": folded("the address of an instance"),
  "AWS::EC2::Instance": node(
    "Amazon EC2",
    "server",
    { subnets: ["SubnetId", "NetworkInterfaces.SubnetId"] },
    {
      name: "Tags",
      details: describe.instance,
    },
  ),
  "AWS::EC2::InternetGateway": routing,
  "AWS::EC2::KeyPair": settings,
  "AWS::EC2::LaunchTemplate": settings,
  "AWS::EC2::NatGateway": node(
    "Amazon VPC",
    "gateway",
    { subnets: "SubnetId" },
    {
      title: () => "NAT gateway",
    },
  ),
  "AWS::EC2::NetworkAcl": settings,
  "AWS::EC2::NetworkAclEntry": settings,
  "AWS::EC2::Route": edge,
  "AWS::EC2::RouteTable": routing,
  "AWS::EC2::SecurityGroup": edge,
  "AWS::EC2::SecurityGroupEgress": rights,
  "AWS::EC2::SecurityGroupIngress": edge,
  "AWS::EC2::Subnet": group("Subnet", "subnets", "Tags"),
  "AWS::EC2::SubnetNetworkAclAssociation": settings,
  "AWS::EC2::SubnetRouteTableAssociation": routing,
  "AWS::EC2::VPC": group("VPC", "vpc", "Tags"),
  "AWS::EC2::VPCEndpoint": node(
    "Amazon VPC",
    "endpoint",
    { subnets: "SubnetIds", vpc: "VpcId" },
    {
      plural: "endpoints",
      title: endpointOf,
    },
  ),
  "AWS::EC2::VPCGatewayAttachment": routing,
  "AWS::ECR::Repository": node(
    "Amazon ECR",
    "registry",
    { area: "Delivery" },
    { plural: "repositories", name: "RepositoryName" },
  ),
  "AWS::ECR::RepositoryPolicy": rights,
  "AWS::ECS::Cluster": group("Amazon ECS cluster", "cluster", "ClusterName", { aroundOf: servicesOfCluster }),
  "AWS::ECS::ClusterCapacityProviderAssociations": settings,
  "AWS::ECS::Service": node(
    "Amazon ECS",
    "tasks",
    { within: "Cluster", subnets: "NetworkConfiguration.AwsvpcConfiguration.Subnets" },
    { name: "ServiceName", details: describe.service },
  ),
  "AWS::ECS::TaskDefinition": folded("the service that runs its tasks"),
  "AWS::ElasticLoadBalancingV2::Listener": node(
    "Listener",
    "listener",
    { within: "LoadBalancerArn" },
    {
      title: portOf,
      details: describe.listener,
    },
  ),
  "AWS::ElasticLoadBalancingV2::ListenerRule": edge,
  "AWS::ElasticLoadBalancingV2::LoadBalancer": group("Application Load Balancer", "load-balancer", "Name", {
    subnets: "Subnets",
  }),
  "AWS::ElasticLoadBalancingV2::TargetGroup": node(
    "Target group",
    "targets",
    { withinOf: loadBalancersOf, vpc: "VpcId" },
    {
      name: "Name",
      details: describe.targetGroup,
    },
  ),
  "AWS::Events::EventBusPolicy": rights,
  "AWS::Events::Rule": node(
    "Amazon EventBridge",
    "event",
    { area: "Delivery" },
    { name: "Name", plural: "rules" },
  ),
  "AWS::IAM::AccessKey": rights,
  "AWS::IAM::Group": rights,
  "AWS::IAM::InstanceProfile": rights,
  "AWS::IAM::ManagedPolicy": rights,
  "AWS::IAM::OIDCProvider": node("AWS IAM", "identity", { area: "Access" }, { title: providerOf }),
  "AWS::IAM::Policy": rights,
  "AWS::IAM::Role": node(
    "AWS IAM",
    "role",
    { area: "Access" },
    {
      plural: "roles",
      name: "RoleName",
      only: trustsProvider,
    },
  ),
  "AWS::IAM::RolePolicy": rights,
  "AWS::IAM::ServiceLinkedRole": rights,
  "AWS::IAM::User": rights,
  "AWS::KMS::Alias": folded("the name of a key"),
  "AWS::KMS::Key": node("AWS KMS", "key", {}),
  "AWS::Logs::LogGroup": node(
    "Amazon CloudWatch Logs",
    "log",
    { area: "Observability" },
    {
      name: "LogGroupName",
      details: describe.logGroup,
    },
  ),
  "AWS::Logs::LogStream": settings,
  "AWS::Logs::MetricFilter": settings,
  "AWS::Logs::ResourcePolicy": rights,
  "AWS::RDS::DBInstance": node(
    "Amazon RDS",
    "database",
    { subnets: "DBSubnetGroupName.SubnetIds" },
    { name: "DBInstanceIdentifier", details: describe.database },
  ),
  "AWS::RDS::DBParameterGroup": settings,
  "AWS::RDS::DBSubnetGroup": folded("the subnets of its instance"),
  "AWS::RDS::OptionGroup": settings,
  "AWS::S3::Bucket": node("Amazon S3", "bucket", { beside: pipelinesOf }, { name: "BucketName" }),
  "AWS::S3::BucketPolicy": rights,
  "AWS::SSM::Parameter": settings,
  "AWS::SecretsManager::ResourcePolicy": rights,
  "AWS::SecretsManager::Secret": node("AWS Secrets Manager", "secret", {}, { name: "Name" }),
  "AWS::SecretsManager::SecretTargetAttachment": settings,
};

/** Returns a resource's title: the name in its template, else its logical id. */
export function titleOf(resource: EvaluatedResource, resources: DrawnResources): string {
  const drawing = drawnTypes[resource.type];
  if (drawing?.as === "node" && drawing.title) return drawing.title(resource, resources);
  const property = drawing?.as === "node" || drawing?.as === "group" ? drawing.name : undefined;
  if (property === undefined) return resource.logicalId;
  const name = property === "Tags" ? nameTag(resource, resources) : resources.textAt(resource, property);
  return name ?? resource.logicalId;
}

function nameTag(resource: EvaluatedResource, resources: DrawnResources): string | undefined {
  const tags = resources.valuesAt(resource, "Tags").filter(isObject);
  const value = tags.find(({ Key }) => Key === "Name")?.Value;
  return typeof value === "string" ? value : undefined;
}
