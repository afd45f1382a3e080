import type { IpPermission, Tag } from "@aws-sdk/client-ec2";
import type { Properties } from "../resources/resource-type.ts";
import { orGone, type ReadActual } from "./reader.ts";

export const readVpc: ReadActual = async ({ aws }, VpcId) => {
  const found = await orGone(["InvalidVpcID.NotFound"], () => aws.ec2.describeVpcs({ VpcIds: [VpcId] }));
  const vpc = found?.Vpcs?.[0];
  return vpc && { CidrBlock: vpc.CidrBlock, InstanceTenancy: vpc.InstanceTenancy, Tags: ownTags(vpc.Tags) };
};

export const readSubnet: ReadActual = async ({ aws }, id) => {
  const found = await orGone(["InvalidSubnetID.NotFound"], () =>
    aws.ec2.describeSubnets({ SubnetIds: [id] }),
  );
  const subnet = found?.Subnets?.[0];
  if (!subnet) return undefined;
  const { VpcId, CidrBlock, AvailabilityZone, MapPublicIpOnLaunch, Tags } = subnet;
  return { VpcId, CidrBlock, AvailabilityZone, MapPublicIpOnLaunch, Tags: ownTags(Tags) };
};

export const readSecurityGroup: ReadActual = async ({ aws }, id) => {
  const found = await orGone(["InvalidGroup.NotFound", "InvalidGroupId.NotFound"], () =>
    aws.ec2.describeSecurityGroups({ GroupIds: [id] }),
  );
  const group = found?.SecurityGroups?.[0];
  if (!group) return undefined;
  const { GroupName, Description, VpcId, IpPermissions = [], IpPermissionsEgress = [], Tags } = group;
  return {
    GroupName,
    GroupDescription: Description,
    VpcId,
    SecurityGroupIngress: IpPermissions.flatMap((each) => rules(each, "SourceSecurityGroupId")),
    SecurityGroupEgress: IpPermissionsEgress.flatMap((each) => rules(each, "DestinationSecurityGroupId")),
    Tags: ownTags(Tags),
  };
};

/** EC2 groups rules of the same ports; a template has one of each. */
function rules({ IpProtocol, FromPort, ToPort, ...to }: IpPermission, group: string): Properties[] {
  const ports = { IpProtocol, FromPort, ToPort };
  const { IpRanges = [], UserIdGroupPairs = [] } = to;
  return [
    ...IpRanges.map(({ CidrIp, Description }) => ({ ...ports, CidrIp, Description })),
    ...UserIdGroupPairs.map(({ GroupId, Description }) => ({ ...ports, [group]: GroupId, Description })),
  ];
}

/** Tags that CloudFormation itself sets are not drift. */
function ownTags(tags: readonly Tag[] = []): Tag[] {
  return tags.filter(({ Key }) => !Key?.startsWith("aws:"));
}

export const readLoadBalancer: ReadActual = async ({ aws }, id) => {
  const found = await orGone(["LoadBalancerNotFoundException", "LoadBalancerNotFound"], () =>
    aws.elbv2.describeLoadBalancers({ LoadBalancerArns: [id] }),
  );
  const balancer = found?.LoadBalancers?.[0];
  if (!balancer) return undefined;
  const { LoadBalancerName, Scheme, SecurityGroups, AvailabilityZones = [] } = balancer;
  return {
    Name: LoadBalancerName,
    Scheme,
    SecurityGroups,
    Subnets: AvailabilityZones.map(({ SubnetId }) => SubnetId),
  };
};

export const readTargetGroup: ReadActual = async ({ aws }, id) => {
  const found = await orGone(["TargetGroupNotFoundException", "TargetGroupNotFound"], () =>
    aws.elbv2.describeTargetGroups({ TargetGroupArns: [id] }),
  );
  const group = found?.TargetGroups?.[0];
  if (!group) return undefined;
  const { TargetGroupName, TargetGroupArn, LoadBalancerArns, IpAddressType, ...settings } = group;
  const { Attributes } = await aws.elbv2.describeTargetGroupAttributes({ TargetGroupArn: id });
  return { ...settings, Name: TargetGroupName, TargetGroupAttributes: Attributes };
};

export const readListener: ReadActual = async ({ aws }, id) => {
  const found = await orGone(["ListenerNotFoundException", "ListenerNotFound"], () =>
    aws.elbv2.describeListeners({ ListenerArns: [id] }),
  );
  const listener = found?.Listeners?.[0];
  if (!listener) return undefined;
  const { LoadBalancerArn, Protocol, Port, DefaultActions } = listener;
  return { LoadBalancerArn, Protocol, Port, DefaultActions };
};
