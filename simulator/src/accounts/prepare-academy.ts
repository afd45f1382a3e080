import type { ResourceType } from "@aws-sdk/client-ec2";
import type { Environment } from "../environment.ts";
import { publicImages } from "../services/ec2/images.ts";

/**
 * Creates the initial resources of the lab's account: LabVPC with two public subnets, the roles of pipelines and
 * deployments, the server of the monolith, and its database. Source of the names: the lab "Building Microservices and a
 * CI/CD Pipeline with AWS".
 */
export async function prepareAcademy(environment: Environment): Promise<void> {
  const network = await prepareLabNetwork(environment);
  await prepareLabRoles(environment);
  await Promise.all([prepareServer(environment, network), prepareDatabase(environment, network)]);
}

type LabNetwork = Awaited<ReturnType<typeof prepareLabNetwork>>;

async function prepareServer({ aws, region }: Environment, { vpcId, subnetIds }: LabNetwork): Promise<void> {
  const { GroupId = "" } = await aws.ec2.createSecurityGroup({
    VpcId: vpcId,
    GroupName: "MonolithicAppServerSG",
    Description: "Web and SSH access to the monolith",
  });
  await aws.ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [80, 22].map(openPort) });
  const ubuntu = publicImages(region).find(
    ({ name, architecture }) => name.includes("ubuntu") && architecture === "x86_64",
  );
  await aws.ec2.runInstances({
    ImageId: ubuntu?.id,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetIds[0],
    SecurityGroupIds: [GroupId],
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "MonolithicAppServer" }] }],
  });
}

/** An account without a database is useful, too: a machine without a server for it causes only a warning. */
async function prepareDatabase(environment: Environment, { vpcId, subnetIds }: LabNetwork): Promise<void> {
  const { aws, clock, warn } = environment;
  const { GroupId = "" } = await aws.ec2.createSecurityGroup({
    VpcId: vpcId,
    GroupName: "DatabaseSG",
    Description: "MySQL from within LabVPC",
  });
  const { Vpcs } = await aws.ec2.describeVpcs({ VpcIds: [vpcId] });
  await aws.ec2.authorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [{ ...openPort(3306), IpRanges: [{ CidrIp: Vpcs?.[0]?.CidrBlock }] }],
  });
  await aws.rds.createDBSubnetGroup({
    DBSubnetGroupName: "supplierdb-subnets",
    DBSubnetGroupDescription: "Subnets of supplierdb",
    SubnetIds: [...subnetIds],
  });
  const DBInstanceIdentifier = "supplierdb";
  environment.databaseStatements.set(DBInstanceIdentifier, monolithStatements);
  const status = async () =>
    (await aws.rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0]?.DBInstanceStatus;
  try {
    await aws.rds.createDBInstance({
      DBInstanceIdentifier,
      DBInstanceClass: "db.t3.micro",
      Engine: "mysql",
      AllocatedStorage: 20,
      DBName: "COFFEE",
      MasterUsername: "admin",
      MasterUserPassword: "lab-password",
      DBSubnetGroupName: "supplierdb-subnets",
      VpcSecurityGroupIds: [GroupId],
      PubliclyAccessible: false,
    });
    while ((await status()) === "creating") await clock.wait(1000);
  } catch (error) {
    warn(`the academy account has no database supplierdb: ${(error as Error).message}`);
  }
}

function openPort(port: number) {
  return { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
}

const firstRows = [
  "'AnyCompany coffee suppliers', '123 Any Street', 'Any Town', 'WA', 'info@example.com', '555-0100'",
  "'Example Beans', '8 Harbour Road', 'Anytown', 'OR', 'orders@example.org', '555-0101'",
  "'Hill Farm Coffee', '17 Mountain Way', 'Anytown', 'CA', 'farm@example.net', '555-0102'",
]
  .map((row) => `SELECT ${row}`)
  .join(" UNION ALL ");

/** The monolith's account, with the password in its source, its table and its first rows. */
const monolithStatements = [
  "CREATE USER IF NOT EXISTS 'nodeapp'@'%' IDENTIFIED BY 'coffee'",
  "GRANT ALL PRIVILEGES ON COFFEE.* TO 'nodeapp'@'%'",
  "CREATE TABLE IF NOT EXISTS COFFEE.suppliers (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL, address VARCHAR(255) NOT NULL, city VARCHAR(255) NOT NULL, state VARCHAR(255) NOT NULL, email VARCHAR(255) NOT NULL, phone VARCHAR(100) NOT NULL)",
  `INSERT INTO COFFEE.suppliers (name, address, city, state, email, phone) SELECT * FROM (${firstRows}) AS first WHERE NOT EXISTS (SELECT 1 FROM COFFEE.suppliers)`,
];

/** Creates LabVPC with two public subnets in two zones, and their route to the internet. */
async function prepareLabNetwork({ aws: { ec2 }, region }: Environment) {
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

interface LabRole {
  readonly name: string;
  /** Services that act in it. */
  readonly services: readonly string[];
  /** Managed policies of AWS. */
  readonly policies: readonly string[];
}

/**
 * The lab's two roles, created in advance because users cannot create any there. The account decides their permissions;
 * here each trusts the services that the course gives it to.
 */
const roles: readonly LabRole[] = [
  {
    // Also starts the tasks: the course uses it as their execution role.
    name: "PipelineRole",
    services: ["codepipeline", "ecs-tasks", "events", "cloudformation", "codebuild"],
    policies: [
      "AWSCodePipeline_FullAccess",
      "AWSCodeCommitFullAccess",
      "AWSCodeDeployFullAccess",
      "AmazonEC2ContainerRegistryFullAccess",
      "AmazonECS_FullAccess",
      "AmazonS3FullAccess",
      "CloudWatchLogsFullAccess",
      "service-role/AmazonECSTaskExecutionRolePolicy",
    ],
  },
  { name: "DeployRole", services: ["codedeploy"], policies: ["AWSCodeDeployRoleForECS"] },
];

export const labRoleNames = roles.map(({ name }) => name);

async function prepareLabRoles({ aws: { iam } }: Environment): Promise<void> {
  for (const { name, services, policies } of roles) {
    const Service = services.map((service) => `${service}.amazonaws.com`);
    const trust = { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
    await iam.createRole({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    });
    for (const policy of policies)
      await iam.attachRolePolicy({ RoleName: name, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
  }
}
