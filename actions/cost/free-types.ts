const iam = "IAM is free";
const network = "networks, subnets, routes and their rules are free; what goes through gateways is billed";
const rdsSettings = "settings of a database; its instance is billed";
const policy = "policies are free";
const codedeploy = "CodeDeploy is free for deployments to ECS, EC2 and Lambda";
const waiting = "CloudFormation is free for the types of AWS";

/** Resource type → why it is not billed. */
export const freeTypes: { readonly [type: string]: string } = {
  "AWS::ApplicationAutoScaling::ScalableTarget":
    "scaling is free; the tasks and alarms that it makes are billed",
  "AWS::CDK::Metadata": "a note of what made the template",
  "AWS::CloudFormation::WaitCondition": waiting,
  "AWS::CloudFormation::WaitConditionHandle": waiting,
  "AWS::CodeDeploy::Application": codedeploy,
  "AWS::CodeDeploy::DeploymentConfig": codedeploy,
  "AWS::CodeDeploy::DeploymentGroup": codedeploy,
  "AWS::EC2::EIPAssociation": network,
  "AWS::EC2::InternetGateway": "an internet gateway is free; the data that leaves through it is billed",
  "AWS::EC2::KeyPair": "key pairs are free",
  "AWS::EC2::LaunchTemplate": "a description; what is launched from it is billed",
  "AWS::EC2::NetworkAcl": network,
  "AWS::EC2::NetworkAclEntry": network,
  "AWS::EC2::Route": network,
  "AWS::EC2::RouteTable": network,
  "AWS::EC2::SecurityGroup": network,
  "AWS::EC2::SecurityGroupEgress": network,
  "AWS::EC2::SecurityGroupIngress": network,
  "AWS::EC2::Subnet": network,
  "AWS::EC2::SubnetNetworkAclAssociation": network,
  "AWS::EC2::SubnetRouteTableAssociation": network,
  "AWS::EC2::VPC": network,
  "AWS::EC2::VPCGatewayAttachment": network,
  "AWS::ECR::RepositoryPolicy": policy,
  "AWS::ECS::ClusterCapacityProviderAssociations": "a choice; tasks are billed",
  "AWS::ECS::TaskDefinition": "a description; the tasks that run from it are billed",
  "AWS::ElasticLoadBalancingV2::Listener": "part of its load balancer",
  "AWS::ElasticLoadBalancingV2::ListenerRule":
    "part of its load balancer; evaluations of more than ten rules count",
  "AWS::ElasticLoadBalancingV2::TargetGroup": "part of its load balancer",
  "AWS::Events::EventBusPolicy": policy,
  "AWS::Events::Rule":
    "rules for events of AWS services and for schedules are free; only events of one's own are billed",
  "AWS::IAM::AccessKey": iam,
  "AWS::IAM::Group": iam,
  "AWS::IAM::InstanceProfile": iam,
  "AWS::IAM::ManagedPolicy": iam,
  "AWS::IAM::OIDCProvider": iam,
  "AWS::IAM::Policy": iam,
  "AWS::IAM::Role": iam,
  "AWS::IAM::RolePolicy": iam,
  "AWS::IAM::ServiceLinkedRole": iam,
  "AWS::IAM::User": iam,
  "AWS::KMS::Alias": "a name; its key is billed",
  "AWS::Logs::LogStream": "part of its log group",
  "AWS::Logs::ResourcePolicy": policy,
  "AWS::RDS::DBParameterGroup": rdsSettings,
  "AWS::RDS::DBSubnetGroup": rdsSettings,
  "AWS::RDS::OptionGroup": rdsSettings,
  "AWS::S3::BucketPolicy": policy,
  "AWS::SSM::Parameter": "standard parameters are free",
  "AWS::SecretsManager::ResourcePolicy": policy,
  "AWS::SecretsManager::SecretTargetAttachment": "part of its secret",
};
