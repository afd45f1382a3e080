import type { Bill } from "./cost-line.ts";
import {
  billAlarm,
  billDashboard,
  billLogGroup,
  billMetricFilter,
  billScalingPolicy,
} from "./services/cloudwatch.ts";
import { billBucket, billCodeRepository, billImageRepository, billPipeline } from "./services/delivery.ts";
import { billInstance, billWorkstation } from "./services/ec2.ts";
import { billCluster, billService } from "./services/ecs.ts";
import { billLoadBalancer } from "./services/load-balancing.ts";
import { billElasticIp, billEndpoint, billNatGateway } from "./services/network.ts";
import { billDatabase } from "./services/rds.ts";
import { billKey, billSecret } from "./services/secrets.ts";

/** Resource type → function that bills a resource of it. */
export const billedTypes: { readonly [type: string]: Bill } = {
  "AWS::ApplicationAutoScaling::ScalingPolicy": billScalingPolicy,
  "AWS::Cloud9::EnvironmentEC2": billWorkstation,
  "AWS::CloudWatch::Alarm": billAlarm,
  "AWS::CloudWatch::Dashboard": billDashboard,
  "AWS::CodeCommit::Repository": billCodeRepository,
  "AWS::CodePipeline::Pipeline": billPipeline,
  "AWS::EC2::EIP": billElasticIp,
  "AWS::EC2::Instance": billInstance,
  "AWS::EC2::NatGateway": billNatGateway,
  "AWS::EC2::VPCEndpoint": billEndpoint,
  "AWS::ECR::Repository": billImageRepository,
  "AWS::ECS::Cluster": billCluster,
  "AWS::ECS::Service": billService,
  "AWS::ElasticLoadBalancingV2::LoadBalancer": billLoadBalancer,
  "AWS::KMS::Key": billKey,
  "AWS::Logs::LogGroup": billLogGroup,
  "AWS::Logs::MetricFilter": billMetricFilter,
  "AWS::RDS::DBInstance": billDatabase,
  "AWS::S3::Bucket": billBucket,
  "AWS::SecretsManager::Secret": billSecret,
};
