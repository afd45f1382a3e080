import { Cloud9Client, DescribeEnvironmentsCommand, ListEnvironmentsCommand } from "@aws-sdk/client-cloud9";
import { DescribeInstancesCommand, DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
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

export function readLoadBalancing(config: AccountConfig, { ask, list }: Reads) {
  const elb = new ElasticLoadBalancingV2Client(config);
  return {
    loadBalancers: once(() =>
      list(
        "elasticloadbalancing:DescribeLoadBalancers",
        (Marker) => elb.send(new DescribeLoadBalancersCommand({ Marker })),
        ({ LoadBalancers }) => LoadBalancers,
      ),
    ),
    targetGroups: once(() =>
      list(
        "elasticloadbalancing:DescribeTargetGroups",
        (Marker) => elb.send(new DescribeTargetGroupsCommand({ Marker })),
        ({ TargetGroups }) => TargetGroups,
      ),
    ),
    listeners: once((LoadBalancerArn: string) =>
      list(
        "elasticloadbalancing:DescribeListeners",
        (Marker) => elb.send(new DescribeListenersCommand({ LoadBalancerArn, Marker })),
        ({ Listeners }) => Listeners,
      ),
    ),
    /** In the order of priority, the default last. */
    listenerRules: once(async (ListenerArn: string) => {
      const rules = await list(
        "elasticloadbalancing:DescribeRules",
        (Marker) => elb.send(new DescribeRulesCommand({ ListenerArn, Marker })),
        ({ Rules }) => Rules,
      );
      const place = ({ Priority }: { Priority?: string }) =>
        Priority === "default" ? Number.POSITIVE_INFINITY : Number(Priority);
      return rules.toSorted((one, other) => place(one) - place(other));
    }),
    targetHealth: once(async (TargetGroupArn: string) => {
      const read = ask("elasticloadbalancing:DescribeTargetHealth", () =>
        elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
      );
      return (await read).TargetHealthDescriptions ?? [];
    }),
  };
}
