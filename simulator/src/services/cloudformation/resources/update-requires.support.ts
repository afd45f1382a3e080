/** Effects on a resource when a property of it changes. */
export interface UpdateRequires {
  readonly replacement?: string;
  readonly someInterruptions?: string;
  readonly noInterruption?: string;
}

/**
 * "Update requires" of every property that the simulated CloudFormation has, by type of resource: names with a space
 * between them. Source: CloudFormation User Guide, Resource and property types (as last published in
 * awsdocs/aws-cloudformation-user-guide, December 2023), and for newer properties `createOnlyProperties` of the types'
 * schemas (in cfn-lint 1.51). Where the two differ the schema is used: DeploymentController of AWS::ECS::Service,
 * Domain of AWS::EC2::EIP, VpcId of AWS::EC2::VPCGatewayAttachment. Properties whose effect is documented as depending
 * on the change have the effect of the changes that are possible here: InstanceTenancy, BlockDeviceMappings.
 */
export const updateRequires: Readonly<Record<string, UpdateRequires>> = {
  "AWS::ApplicationAutoScaling::ScalableTarget": {
    replacement: "ServiceNamespace ScalableDimension ResourceId",
    noInterruption: "MinCapacity MaxCapacity RoleARN SuspendedState",
  },
  "AWS::ApplicationAutoScaling::ScalingPolicy": {
    replacement: "PolicyName ScalingTargetId ServiceNamespace ScalableDimension ResourceId",
    noInterruption: "PolicyType TargetTrackingScalingPolicyConfiguration StepScalingPolicyConfiguration",
  },
  "AWS::CDK::Metadata": { noInterruption: "Analytics" },
  "AWS::Cloud9::EnvironmentEC2": {
    replacement: "InstanceType ImageId SubnetId ConnectionType AutomaticStopTimeMinutes OwnerArn",
    noInterruption: "Name Description Tags",
  },
  "AWS::CloudWatch::Alarm": {
    replacement: "AlarmName",
    noInterruption:
      "AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions Namespace MetricName Dimensions Statistic ExtendedStatistic Unit Period EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator TreatMissingData Tags",
  },
  "AWS::CloudWatch::Dashboard": {
    replacement: "DashboardName",
    noInterruption: "DashboardBody",
  },
  "AWS::CodeCommit::Repository": {
    noInterruption: "RepositoryName RepositoryDescription Tags",
  },
  "AWS::CodeDeploy::Application": {
    replacement: "ApplicationName ComputePlatform",
    noInterruption: "Tags",
  },
  "AWS::CodeDeploy::DeploymentGroup": {
    replacement: "ApplicationName DeploymentGroupName",
    noInterruption:
      "ServiceRoleArn DeploymentConfigName DeploymentStyle ECSServices LoadBalancerInfo BlueGreenDeploymentConfiguration AutoRollbackConfiguration AlarmConfiguration Tags",
  },
  "AWS::CodePipeline::Pipeline": {
    replacement: "Name",
    noInterruption:
      "RoleArn ArtifactStore Stages ExecutionMode PipelineType Variables ArtifactStores DisableInboundStageTransitions RestartExecutionOnUpdate Tags",
  },
  "AWS::EC2::EIP": {
    noInterruption: "Domain InstanceId Tags",
  },
  "AWS::EC2::Instance": {
    replacement:
      "ImageId SubnetId AvailabilityZone PrivateIpAddress NetworkInterfaces KeyName BlockDeviceMappings",
    someInterruptions: "InstanceType SecurityGroupIds UserData",
    noInterruption: "IamInstanceProfile MetadataOptions Monitoring DisableApiTermination Tags",
  },
  "AWS::EC2::InternetGateway": {
    noInterruption: "Tags",
  },
  "AWS::EC2::NatGateway": {
    replacement: "SubnetId AllocationId ConnectivityType PrivateIpAddress",
    noInterruption: "Tags",
  },
  "AWS::EC2::Route": {
    replacement: "RouteTableId DestinationCidrBlock",
    noInterruption: "GatewayId NatGatewayId",
  },
  "AWS::EC2::RouteTable": {
    replacement: "VpcId",
    noInterruption: "Tags",
  },
  "AWS::EC2::SecurityGroup": {
    replacement: "GroupName GroupDescription VpcId",
    someInterruptions: "SecurityGroupIngress SecurityGroupEgress",
    noInterruption: "Tags",
  },
  "AWS::EC2::SecurityGroupEgress": {
    replacement: "GroupId IpProtocol FromPort ToPort CidrIp DestinationSecurityGroupId",
    noInterruption: "Description",
  },
  "AWS::EC2::SecurityGroupIngress": {
    replacement: "GroupId IpProtocol FromPort ToPort CidrIp SourceSecurityGroupId",
    noInterruption: "Description",
  },
  "AWS::EC2::Subnet": {
    replacement: "VpcId CidrBlock AvailabilityZone",
    noInterruption: "MapPublicIpOnLaunch Tags",
  },
  "AWS::EC2::SubnetRouteTableAssociation": {
    replacement: "SubnetId RouteTableId",
  },
  "AWS::EC2::VPC": {
    replacement: "CidrBlock InstanceTenancy",
    noInterruption: "EnableDnsHostnames EnableDnsSupport Tags",
  },
  "AWS::EC2::VPCEndpoint": {
    replacement: "VpcId ServiceName VpcEndpointType",
    noInterruption: "PolicyDocument PrivateDnsEnabled RouteTableIds SubnetIds SecurityGroupIds Tags",
  },
  "AWS::EC2::VPCGatewayAttachment": {
    replacement: "VpcId",
    noInterruption: "InternetGatewayId",
  },
  "AWS::ECR::Repository": {
    replacement: "RepositoryName EncryptionConfiguration",
    noInterruption:
      "ImageTagMutability ImageTagMutabilityExclusionFilters ImageScanningConfiguration EmptyOnDelete LifecyclePolicy RepositoryPolicyText Tags",
  },
  "AWS::ECS::Cluster": {
    replacement: "ClusterName",
    noInterruption: "ClusterSettings Tags",
  },
  "AWS::ECS::Service": {
    replacement: "ServiceName Cluster LaunchType SchedulingStrategy",
    noInterruption:
      "DeploymentController TaskDefinition DesiredCount PlatformVersion DeploymentConfiguration ForceNewDeployment LoadBalancers NetworkConfiguration HealthCheckGracePeriodSeconds EnableExecuteCommand EnableECSManagedTags PropagateTags Tags",
  },
  "AWS::ECS::TaskDefinition": {
    replacement:
      "Family ContainerDefinitions Cpu Memory NetworkMode RequiresCompatibilities RuntimePlatform ExecutionRoleArn TaskRoleArn",
    noInterruption: "Tags",
  },
  "AWS::ElasticLoadBalancingV2::Listener": {
    replacement: "LoadBalancerArn",
    noInterruption: "Protocol Port DefaultActions",
  },
  "AWS::ElasticLoadBalancingV2::ListenerRule": {
    replacement: "ListenerArn",
    noInterruption: "Priority Conditions Actions",
  },
  "AWS::ElasticLoadBalancingV2::LoadBalancer": {
    replacement: "Name Type Scheme",
    noInterruption: "IpAddressType SecurityGroups Subnets LoadBalancerAttributes Tags",
  },
  "AWS::ElasticLoadBalancingV2::TargetGroup": {
    replacement: "Name VpcId TargetType Protocol ProtocolVersion Port",
    noInterruption:
      "HealthCheckEnabled HealthCheckPath HealthCheckPort HealthCheckProtocol HealthCheckIntervalSeconds HealthCheckTimeoutSeconds HealthyThresholdCount UnhealthyThresholdCount Matcher TargetGroupAttributes Tags",
  },
  "AWS::Events::Rule": {
    replacement: "Name EventBusName",
    noInterruption: "Description EventPattern RoleArn State Targets Tags",
  },
  "AWS::IAM::InstanceProfile": {
    replacement: "InstanceProfileName Path",
    noInterruption: "Roles",
  },
  "AWS::IAM::ManagedPolicy": {
    replacement: "ManagedPolicyName Description Path",
    noInterruption: "PolicyDocument Roles",
  },
  "AWS::IAM::OIDCProvider": {
    replacement: "Url",
    noInterruption: "ClientIdList ThumbprintList Tags",
  },
  "AWS::IAM::Policy": {
    noInterruption: "PolicyName PolicyDocument Roles",
  },
  "AWS::IAM::Role": {
    replacement: "RoleName Path",
    noInterruption: "Description AssumeRolePolicyDocument ManagedPolicyArns Policies MaxSessionDuration Tags",
  },
  "AWS::Logs::LogGroup": {
    replacement: "LogGroupName",
    noInterruption: "RetentionInDays LogGroupClass Tags",
  },
  "AWS::RDS::DBInstance": {
    replacement: "DBInstanceIdentifier StorageEncrypted DBName MasterUsername DBSubnetGroupName",
    someInterruptions:
      "DBInstanceClass Engine EngineVersion StorageType BackupRetentionPeriod MultiAZ AutoMinorVersionUpgrade",
    noInterruption:
      "AllocatedStorage MasterUserPassword ManageMasterUserPassword VPCSecurityGroups PubliclyAccessible DeletionProtection Tags",
  },
  "AWS::RDS::DBSubnetGroup": {
    replacement: "DBSubnetGroupName",
    noInterruption: "DBSubnetGroupDescription SubnetIds Tags",
  },
  "AWS::S3::Bucket": {
    replacement: "BucketName",
    noInterruption:
      "AccessControl BucketEncryption LifecycleConfiguration OwnershipControls PublicAccessBlockConfiguration VersioningConfiguration Tags",
  },
  "AWS::S3::BucketPolicy": {
    replacement: "Bucket",
    noInterruption: "PolicyDocument",
  },
  "AWS::SSM::Parameter": {
    replacement: "Name",
    noInterruption: "Type Value Description AllowedPattern DataType Tier Tags",
  },
  "AWS::SecretsManager::Secret": {
    replacement: "Name",
    noInterruption: "Description KmsKeyId SecretString GenerateSecretString Tags",
  },
};
