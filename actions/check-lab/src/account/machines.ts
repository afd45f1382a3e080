import { Cloud9Client, DescribeEnvironmentsCommand, ListEnvironmentsCommand } from "@aws-sdk/client-cloud9";
import { DescribeInstancesCommand, DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { withCloud9Endpoint } from "../../../shared/cloud9-endpoint.ts";
import { once } from "../outcome.ts";
import { type AccountConfig, batches, type Reads, unlessMissing } from "./reads.ts";

export function readMachines(config: AccountConfig, { ask, list }: Reads) {
  const ec2 = new EC2Client(config);
  const rds = new RDSClient(config);
  const iam = new IAMClient(config);
  const cloud9 = new Cloud9Client(withCloud9Endpoint(config));
  return {
    instances: once(() =>
      list(
        "ec2:DescribeInstances",
        (NextToken) => ec2.send(new DescribeInstancesCommand({ NextToken })),
        ({ Reservations }) => Reservations?.flatMap(({ Instances = [] }) => Instances),
      ),
    ),
    securityGroups: once(() =>
      list(
        "ec2:DescribeSecurityGroups",
        (NextToken) => ec2.send(new DescribeSecurityGroupsCommand({ NextToken })),
        ({ SecurityGroups }) => SecurityGroups,
      ),
    ),
    databases: once(() =>
      list(
        "rds:DescribeDBInstances",
        (Marker) => rds.send(new DescribeDBInstancesCommand({ Marker })),
        ({ DBInstances }) => DBInstances,
      ),
    ),
    role: once(async (RoleName: string) => {
      const read = ask("iam:GetRole", () => iam.send(new GetRoleCommand({ RoleName })));
      return (await unlessMissing(read, ["NoSuchEntityException"]))?.Role;
    }),
    workstations: once(async () => {
      const ids = await list(
        "cloud9:ListEnvironments",
        (nextToken) => cloud9.send(new ListEnvironmentsCommand({ nextToken })),
        ({ environmentIds }) => environmentIds,
      );
      const found = await Promise.all(
        batches(ids, 25).map((environmentIds) =>
          ask("cloud9:DescribeEnvironments", () =>
            cloud9.send(new DescribeEnvironmentsCommand({ environmentIds })),
          ),
        ),
      );
      return found.flatMap(({ environments = [] }) => environments);
    }),
  };
}
