import { isObject } from "../core/task-definition.ts";

type Properties = { readonly [name: string]: unknown };

/** How resources of a type are shown. */
interface CardType {
  /** AWS's name of the service; of a frame, the word before its name. */
  readonly service: string;
  /** A frame has other cards inside. */
  readonly isFrame?: true;
  /** Several in a frame share one card with this title. */
  readonly plural?: string;
  /** A part of the account outside the network. */
  readonly area?: "Access" | "Delivery" | "Observability";
  readonly title?: (properties: Properties) => string;
  readonly details?: (properties: Properties) => string;
  /** Labels of arrows, by the type of a resource that it references. */
  readonly to?: { readonly [type: string]: string };
  /** The same for arrows that lead from that resource to this one. */
  readonly from?: { readonly [type: string]: string };
  /** Only these are shown. */
  readonly only?: (properties: Properties) => boolean;
}

const text = (value: unknown) => (["string", "number"].includes(typeof value) ? String(value) : "");
const usesOfTasks = {
  "Logs::LogGroup": "logs",
  "RDS::DBInstance": "queries",
  "SecretsManager::Secret": "reads",
};
const delivery = { area: "Delivery" } as const;
const observability = { area: "Observability" } as const;
const elb = "ElasticLoadBalancingV2::";

/** Types, without `AWS::`, that have cards or frames. */
export const cardTypes: { readonly [type: string]: CardType } = {
  "ApplicationAutoScaling::ScalableTarget": {
    ...{ service: "Application Auto Scaling", plural: "scalable targets", ...observability },
    to: { "ECS::Service": "scales" },
  },
  "Cloud9::EnvironmentEC2": { service: "AWS Cloud9", details: ({ InstanceType }) => text(InstanceType) },
  "CloudWatch::Alarm": { service: "Amazon CloudWatch", plural: "alarms", ...observability },
  "CloudWatch::Dashboard": { service: "Amazon CloudWatch", plural: "dashboards", ...observability },
  "CodeCommit::Repository": { service: "AWS CodeCommit", plural: "repositories", ...delivery },
  "CodeDeploy::DeploymentGroup": {
    ...{ service: "AWS CodeDeploy", plural: "deployment groups", ...delivery },
    to: { "ECS::Service": "deploys" },
    from: { "CloudWatch::Alarm": "stops" },
  },
  "CodePipeline::Pipeline": {
    ...{ service: "AWS CodePipeline", plural: "pipelines", ...delivery },
    to: { "CodeDeploy::DeploymentGroup": "starts", "ECS::Service": "deploys", "S3::Bucket": "artifacts" },
    from: { "CodeCommit::Repository": "source", "ECR::Repository": "image" },
  },
  "EC2::Instance": {
    ...{ service: "Amazon EC2", details: ({ InstanceType }) => text(InstanceType) },
    to: { "S3::Bucket": "reads", "SecretsManager::Secret": "reads" },
  },
  "EC2::NatGateway": { service: "Amazon VPC", title: () => "NAT gateway" },
  "EC2::VPC": { service: "VPC", isFrame: true },
  "EC2::VPCEndpoint": {
    ...{ service: "Amazon VPC", plural: "endpoints" },
    title: ({ ServiceName }) => text(ServiceName).split(".").slice(3).join("."),
  },
  "ECR::Repository": { service: "Amazon ECR", plural: "repositories", ...delivery },
  "ECS::Cluster": { service: "ECS cluster", isFrame: true },
  "ECS::Service": {
    service: "Amazon ECS",
    details: ({ DesiredCount = 1 }) => `tasks: ${text(DesiredCount)}`,
    to: usesOfTasks,
    from: { [`${elb}TargetGroup`]: "", "ECR::Repository": "image" },
  },
  [`${elb}Listener`]: {
    ...{ service: "Listener", title: ({ Protocol, Port }) => `${text(Protocol)} ${text(Port)}` },
    to: { [`${elb}TargetGroup`]: "" },
  },
  [`${elb}LoadBalancer`]: { service: "Load balancer", isFrame: true },
  [`${elb}TargetGroup`]: { service: "Target group" },
  "Events::Rule": {
    ...{ service: "Amazon EventBridge", plural: "rules", ...delivery },
    to: { "CodePipeline::Pipeline": "start" },
    from: { "CodeCommit::Repository": "commit", "ECR::Repository": "push" },
  },
  "IAM::OIDCProvider": {
    ...{ service: "AWS IAM", area: "Access" },
    title: ({ Url }) => text(Url).replace("https://", ""),
  },
  "IAM::Role": {
    ...{ service: "AWS IAM", plural: "roles", area: "Access" },
    from: { "IAM::OIDCProvider": "" },
    only: ({ AssumeRolePolicyDocument: trust }) =>
      isObject(trust) &&
      [trust.Statement].flat().some((each) => isObject(each) && isFederated(each.Principal)),
  },
  "KMS::Key": { service: "AWS KMS", plural: "keys" },
  "Logs::LogGroup": { service: "Amazon CloudWatch Logs", plural: "log groups", ...observability },
  "RDS::DBInstance": {
    service: "Amazon RDS",
    details: ({ Engine, EngineVersion }) => `${text(Engine)} ${text(EngineVersion)}`,
    title: ({ DBInstanceIdentifier }) => text(DBInstanceIdentifier),
  },
  "S3::Bucket": { service: "Amazon S3", plural: "buckets" },
  "SecretsManager::Secret": { service: "AWS Secrets Manager", plural: "secrets" },
};

const isFederated = (principal: unknown) => isObject(principal) && principal.Federated !== undefined;

/** Settings, rights and routes, which belong to the cards. Other types have a card with their own name. */
export const hiddenTypes = new Set(
  `ApplicationAutoScaling::ScalingPolicy CDK::Metadata CloudFormation::WaitCondition
  CloudFormation::WaitConditionHandle CodeDeploy::Application CodeDeploy::DeploymentConfig EC2::EIP EC2::EIPAssociation
  EC2::InternetGateway EC2::KeyPair EC2::LaunchTemplate EC2::NetworkAcl EC2::NetworkAclEntry EC2::Route EC2::RouteTable
  EC2::SecurityGroup EC2::SecurityGroupEgress EC2::SecurityGroupIngress EC2::Subnet EC2::SubnetNetworkAclAssociation
  EC2::SubnetRouteTableAssociation EC2::VPCGatewayAttachment ECR::RepositoryPolicy
  ECS::ClusterCapacityProviderAssociations ECS::TaskDefinition ${elb}ListenerRule Events::EventBusPolicy IAM::AccessKey
  IAM::Group IAM::InstanceProfile IAM::ManagedPolicy IAM::Policy IAM::Role IAM::RolePolicy IAM::ServiceLinkedRole
  IAM::User KMS::Alias Logs::LogStream Logs::MetricFilter Logs::ResourcePolicy RDS::DBParameterGroup RDS::DBSubnetGroup
  RDS::OptionGroup S3::BucketPolicy SSM::Parameter SecretsManager::ResourcePolicy
  SecretsManager::SecretTargetAttachment`.split(/\s+/),
);
