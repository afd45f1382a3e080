import { type TypeRow, type TypeRows, text } from "./row.ts";

const part: TypeRow = {
  free: "networks, subnets, routes and their rules are free; what goes through gateways is billed",
};

/** Amazon EC2 and Amazon VPC. */
export const ec2: TypeRows = {
  "AWS::EC2::EIP": { bill: "elasticIp", held: "its address" },
  "AWS::EC2::EIPAssociation": part,
  "AWS::EC2::Instance": {
    card: {
      ...{ service: "Amazon EC2", details: ({ InstanceType }) => text(InstanceType) },
      to: { "AWS::S3::Bucket": "reads", "AWS::SecretsManager::Secret": "reads" },
    },
    bill: "instance",
    held: "the content of its disk, and its address",
  },
  "AWS::EC2::InternetGateway": {
    free: "an internet gateway is free; the data that leaves through it is billed",
  },
  "AWS::EC2::KeyPair": { free: "key pairs are free" },
  "AWS::EC2::LaunchTemplate": { free: "a description; what is launched from it is billed" },
  "AWS::EC2::NatGateway": {
    card: { service: "Amazon VPC", title: () => "NAT gateway" },
    bill: "natGateway",
  },
  "AWS::EC2::NetworkAcl": part,
  "AWS::EC2::NetworkAclEntry": part,
  "AWS::EC2::Route": part,
  "AWS::EC2::RouteTable": part,
  "AWS::EC2::SecurityGroup": {
    ...part,
    name: { property: "GroupName", find: "securityGroup", importable: true },
  },
  "AWS::EC2::SecurityGroupEgress": part,
  "AWS::EC2::SecurityGroupIngress": part,
  "AWS::EC2::Subnet": part,
  "AWS::EC2::SubnetNetworkAclAssociation": part,
  "AWS::EC2::SubnetRouteTableAssociation": part,
  "AWS::EC2::Volume": { card: { service: "Amazon EBS", plural: "volumes" }, held: "its content" },
  "AWS::EC2::VPC": { ...part, card: { service: "VPC", isFrame: true } },
  "AWS::EC2::VPCEndpoint": {
    card: {
      ...{ service: "Amazon VPC", plural: "endpoints" },
      title: ({ ServiceName }) => text(ServiceName).split(".").slice(3).join("."),
    },
    bill: "endpoint",
  },
  "AWS::EC2::VPCGatewayAttachment": part,
};
