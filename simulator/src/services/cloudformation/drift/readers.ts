import { readCluster, readRepository, readService } from "./containers.ts";
import {
  readListener,
  readLoadBalancer,
  readSecurityGroup,
  readSubnet,
  readTargetGroup,
  readVpc,
} from "./network.ts";
import { readAlarm, readDatabase, readLogGroup, readRole } from "./others.ts";
import type { ReadActual } from "./reader.ts";

/** The types whose drift is detected; as on AWS, resources of others are not checked. */
export const readers: Readonly<Record<string, ReadActual>> = {
  "AWS::CloudWatch::Alarm": readAlarm,
  "AWS::EC2::SecurityGroup": readSecurityGroup,
  "AWS::EC2::Subnet": readSubnet,
  "AWS::EC2::VPC": readVpc,
  "AWS::ECR::Repository": readRepository,
  "AWS::ECS::Cluster": readCluster,
  "AWS::ECS::Service": readService,
  "AWS::ElasticLoadBalancingV2::Listener": readListener,
  "AWS::ElasticLoadBalancingV2::LoadBalancer": readLoadBalancer,
  "AWS::ElasticLoadBalancingV2::TargetGroup": readTargetGroup,
  "AWS::IAM::Role": readRole,
  "AWS::Logs::LogGroup": readLogGroup,
  "AWS::RDS::DBInstance": readDatabase,
};
