import { randomUUID } from "node:crypto";
import { scalableTarget, scalingPolicy } from "./application-auto-scaling.ts";
import { developmentEnvironment } from "./cloud9.ts";
import { alarm, dashboard, logGroup } from "./cloudwatch.ts";
import { gitRepository } from "./codecommit.ts";
import { application, deploymentGroup } from "./codedeploy.ts";
import { pipeline } from "./codepipeline.ts";
import { instance } from "./ec2-instance.ts";
import * as network from "./ec2-network.ts";
import { securityGroup, securityGroupEgress, securityGroupIngress } from "./ec2-security-group.ts";
import { repository } from "./ecr.ts";
import { cluster, taskDefinition } from "./ecs.ts";
import { service } from "./ecs-service.ts";
import { listener, listenerRule, loadBalancer, targetGroup } from "./elbv2.ts";
import { rule } from "./events.ts";
import { instanceProfile, managedPolicy, oidcProvider, policy, role } from "./iam.ts";
import { dbInstance, dbSubnetGroup } from "./rds.ts";
import { type ResourceHandler, type ResourceTypes, resourceType } from "./resource-type.ts";
import { bucket, bucketPolicy } from "./s3.ts";
import { secret } from "./secretsmanager.ts";
import { parameter } from "./ssm.ts";
import { typeTable } from "./type-table.ts";

/** Part of every template of the CDK, with its versions; CloudFormation creates nothing for it. */
const metadata = resourceType({
  create: async () => randomUUID(),
  update: async () => {},
  delete: async () => {},
});

const handlers: Readonly<Record<string, ResourceHandler>> = {
  "AWS::ApplicationAutoScaling::ScalableTarget": scalableTarget,
  "AWS::ApplicationAutoScaling::ScalingPolicy": scalingPolicy,
  "AWS::CDK::Metadata": metadata,
  "AWS::Cloud9::EnvironmentEC2": developmentEnvironment,
  "AWS::CloudWatch::Alarm": alarm,
  "AWS::CloudWatch::Dashboard": dashboard,
  "AWS::CodeCommit::Repository": gitRepository,
  "AWS::CodeDeploy::Application": application,
  "AWS::CodeDeploy::DeploymentGroup": deploymentGroup,
  "AWS::CodePipeline::Pipeline": pipeline,
  "AWS::EC2::EIP": network.eip,
  "AWS::EC2::Instance": instance,
  "AWS::EC2::InternetGateway": network.internetGateway,
  "AWS::EC2::NatGateway": network.natGateway,
  "AWS::EC2::Route": network.route,
  "AWS::EC2::RouteTable": network.routeTable,
  "AWS::EC2::SecurityGroup": securityGroup,
  "AWS::EC2::SecurityGroupEgress": securityGroupEgress,
  "AWS::EC2::SecurityGroupIngress": securityGroupIngress,
  "AWS::EC2::Subnet": network.subnet,
  "AWS::EC2::SubnetRouteTableAssociation": network.subnetRouteTableAssociation,
  "AWS::EC2::VPC": network.vpc,
  "AWS::EC2::VPCEndpoint": network.vpcEndpoint,
  "AWS::EC2::VPCGatewayAttachment": network.gatewayAttachment,
  "AWS::ECR::Repository": repository,
  "AWS::ECS::Cluster": cluster,
  "AWS::ECS::Service": service,
  "AWS::ECS::TaskDefinition": taskDefinition,
  "AWS::ElasticLoadBalancingV2::Listener": listener,
  "AWS::ElasticLoadBalancingV2::ListenerRule": listenerRule,
  "AWS::ElasticLoadBalancingV2::LoadBalancer": loadBalancer,
  "AWS::ElasticLoadBalancingV2::TargetGroup": targetGroup,
  "AWS::Events::Rule": rule,
  "AWS::IAM::InstanceProfile": instanceProfile,
  "AWS::IAM::ManagedPolicy": managedPolicy,
  "AWS::IAM::OIDCProvider": oidcProvider,
  "AWS::IAM::Policy": policy,
  "AWS::IAM::Role": role,
  "AWS::Logs::LogGroup": logGroup,
  "AWS::RDS::DBInstance": dbInstance,
  "AWS::RDS::DBSubnetGroup": dbSubnetGroup,
  "AWS::S3::Bucket": bucket,
  "AWS::S3::BucketPolicy": bucketPolicy,
  "AWS::SSM::Parameter": parameter,
  "AWS::SecretsManager::Secret": secret,
};

/** The types of types.yaml, each with its handler. */
export const resourceTypes: ResourceTypes = Object.fromEntries(
  Object.entries(typeTable).map(([name, row]) => {
    const handler = handlers[name];
    if (!handler) throw new Error(`the resource type ${name} has no handler`);
    return [name, { ...row, ...handler }];
  }),
);
