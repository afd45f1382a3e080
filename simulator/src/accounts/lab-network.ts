import type { ResourceType } from "@aws-sdk/client-ec2";
import type { Environment } from "../environment.ts";

/** Creates LabVPC with two public subnets in two zones, and their route to the internet. */
export async function prepareLabNetwork({ aws: { ec2 }, region }: Environment) {
  const { Vpc } = await ec2.createVpc({
    CidrBlock: "10.16.0.0/16",
    TagSpecifications: tagged("vpc", "LabVPC"),
  });
  const vpcId = Vpc?.VpcId ?? "";
  await ec2.modifyVpcAttribute({ VpcId: vpcId, EnableDnsHostnames: { Value: true } });
  const { InternetGateway } = await ec2.createInternetGateway({
    TagSpecifications: tagged("internet-gateway", "LabVPC Internet Gateway"),
  });
  const gatewayId = InternetGateway?.InternetGatewayId;
  await ec2.attachInternetGateway({ InternetGatewayId: gatewayId, VpcId: vpcId });
  const { RouteTable } = await ec2.createRouteTable({
    VpcId: vpcId,
    TagSpecifications: tagged("route-table", "Public Route Table"),
  });
  const RouteTableId = RouteTable?.RouteTableId ?? "";
  await ec2.createRoute({ RouteTableId, DestinationCidrBlock: "0.0.0.0/0", GatewayId: gatewayId });
  const subnetIds: string[] = [];
  for (const [index, zone] of ["a", "b"].entries()) {
    const { Subnet } = await ec2.createSubnet({
      VpcId: vpcId,
      CidrBlock: `10.16.${index}.0/24`,
      AvailabilityZone: `${region}${zone}`,
      TagSpecifications: tagged("subnet", `Public Subnet${index + 1}`),
    });
    const SubnetId = Subnet?.SubnetId ?? "";
    await ec2.modifySubnetAttribute({ SubnetId, MapPublicIpOnLaunch: { Value: true } });
    await ec2.associateRouteTable({ RouteTableId, SubnetId });
    subnetIds.push(SubnetId);
  }
  return { vpcId, subnetIds };
}

function tagged(type: ResourceType, name: string) {
  return [{ ResourceType: type, Tags: [{ Key: "Name", Value: name }] }];
}
