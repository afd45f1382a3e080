import { Cloud9Client, DescribeEnvironmentsCommand, paginateListEnvironments } from "@aws-sdk/client-cloud9";
import { EC2Client, paginateDescribeInstances, paginateDescribeSecurityGroups } from "@aws-sdk/client-ec2";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { paginateDescribeDBInstances, RDSClient } from "@aws-sdk/client-rds";
import { withCloud9Endpoint } from "../../../core/cloud9-endpoint.ts";
import { once } from "../outcome.ts";
import { type AccountConfig, type Reads, unlessMissing } from "./reads.ts";

export function readMachines(config: AccountConfig, { ask, list, describe }: Reads) {
  const ec2 = new EC2Client(config);
  const rds = new RDSClient(config);
  const iam = new IAMClient(config);
  const cloud9 = new Cloud9Client(withCloud9Endpoint(config));
  return {
    instances: once(async () => {
      const pages = paginateDescribeInstances({ client: ec2 }, {});
      const reservations = await list("ec2:DescribeInstances", pages, "Reservations");
      return reservations.flatMap(({ Instances = [] }) => Instances);
    }),
    securityGroups: once(() =>
      list(
        "ec2:DescribeSecurityGroups",
        paginateDescribeSecurityGroups({ client: ec2 }, {}),
        "SecurityGroups",
      ),
    ),
    databases: once(() =>
      list("rds:DescribeDBInstances", paginateDescribeDBInstances({ client: rds }, {}), "DBInstances"),
    ),
    role: once(async (RoleName: string) => {
      const read = ask("iam:GetRole", () => iam.send(new GetRoleCommand({ RoleName })));
      return (await unlessMissing(read, ["NoSuchEntityException"]))?.Role;
    }),
    workstations: once(async () => {
      const ids = await list(
        "cloud9:ListEnvironments",
        paginateListEnvironments({ client: cloud9 }, {}),
        "environmentIds",
      );
      const found = await describe("cloud9:DescribeEnvironments", ids, 25, (environmentIds) =>
        cloud9.send(new DescribeEnvironmentsCommand({ environmentIds })),
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
        paginateDescribeLoadBalancers({ client: elb }, {}),
        "LoadBalancers",
      ),
    ),
    targetGroups: once(() =>
      list(
        "elasticloadbalancing:DescribeTargetGroups",
        paginateDescribeTargetGroups({ client: elb }, {}),
        "TargetGroups",
      ),
    ),
    listeners: once((LoadBalancerArn: string) =>
      list(
        "elasticloadbalancing:DescribeListeners",
        paginateDescribeListeners({ client: elb }, { LoadBalancerArn }),
        "Listeners",
      ),
    ),
    /** In the order of priority, the default last. */
    listenerRules: once(async (ListenerArn: string) => {
      const rules = await list(
        "elasticloadbalancing:DescribeRules",
        paginateDescribeRules({ client: elb }, { ListenerArn }),
        "Rules",
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
