import { Cloud9Client, DescribeEnvironmentsCommand, paginateListEnvironments } from "@aws-sdk/client-cloud9";
import {
  EC2Client,
  paginateDescribeInstances,
  paginateDescribeNatGateways,
  paginateDescribeRouteTables,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  paginateDescribeVpcEndpoints,
} from "@aws-sdk/client-ec2";
import {
  BatchGetImageCommand,
  DescribeImagesCommand,
  ECRClient,
  GetRepositoryPolicyCommand,
  paginateDescribeRepositories,
} from "@aws-sdk/client-ecr";
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitionFamilies,
  paginateListTasks,
} from "@aws-sdk/client-ecs";
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  paginateDescribeListeners,
  paginateDescribeLoadBalancers,
  paginateDescribeRules,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { withCloud9Endpoint } from "../../../core/cloud9-endpoint.ts";
import { once } from "../outcome.ts";
import { readCodeCommit, readCodeDeploy, readPipelines } from "./delivery.ts";
import { type AccountConfig, createReads, explained, type Reads, unlessMissing } from "./reads.ts";
import { readStacks } from "./stacks.ts";

export type Account = ReturnType<typeof readAccount>;

/** Reads each part of an account when an item asks for it, once. A read that fails throws Unreadable. */
export function readAccount(given: AccountConfig) {
  // Many calls at the same time: AWS may throttle some twice.
  const config = { maxAttempts: 5, ...given };
  const sts = new STSClient(config);
  const identity = once(() =>
    explained("sts:GetCallerIdentity", () => sts.send(new GetCallerIdentityCommand())),
  );
  const reads = createReads(identity);
  return {
    region: config.region,
    /** The account's twelve digits. */
    id: async () => (await identity()).Account ?? "",
    ...readContainers(config, reads),
    ...readLoadBalancing(config, reads),
    ...readCodeDeploy(config, reads),
    ...readPipelines(config, reads),
    ...readCodeCommit(config, reads),
    ...readMachines(config, reads),
    ...readStacks(config, reads),
    ...readRoles(config, reads),
  };
}

function readContainers(config: AccountConfig, { ask, list, describe }: Reads) {
  const ecr = new ECRClient(config);
  const ecs = new ECSClient(config);
  const clusters = once(async () => {
    const arns = await list("ecs:ListClusters", paginateListClusters({ client: ecs }, {}), "clusterArns");
    const found = await describe("ecs:DescribeClusters", arns, 100, (clusters) =>
      ecs.send(new DescribeClustersCommand({ clusters })),
    );
    return found.flatMap(({ clusters = [] }) => clusters).filter(({ status }) => status !== "INACTIVE");
  });
  const servicesOf = once(async (cluster: string) => {
    const arns = await list(
      "ecs:ListServices",
      paginateListServices({ client: ecs, pageSize: 100 }, { cluster }),
      "serviceArns",
    );
    const found = await describe("ecs:DescribeServices", arns, 10, (services) =>
      ecs.send(new DescribeServicesCommand({ cluster, services })),
    );
    return found.flatMap(({ services = [] }) => services);
  });
  const tasksOf = (desiredStatus: "RUNNING" | "STOPPED") =>
    once(async (cluster: string, serviceName: string) => {
      const pages = paginateListTasks({ client: ecs }, { cluster, serviceName, desiredStatus });
      const arns = await list("ecs:ListTasks", pages, "taskArns");
      const found = await describe("ecs:DescribeTasks", arns, 100, (tasks) =>
        ecs.send(new DescribeTasksCommand({ cluster, tasks })),
      );
      return found.flatMap(({ tasks = [] }) => tasks);
    });
  return {
    clusters,
    /** Services of all clusters. */
    services: once(async () => {
      const found = (await clusters()).map(({ clusterArn = "" }) => servicesOf(clusterArn));
      return (await Promise.all(found)).flat();
    }),
    taskDefinitionFamilies: once(() =>
      list(
        "ecs:ListTaskDefinitionFamilies",
        paginateListTaskDefinitionFamilies({ client: ecs }, { status: "ACTIVE" }),
        "families",
      ),
    ),
    /** By ARN, or the newest of a family. */
    taskDefinition: once(async (taskDefinition: string) => {
      const command = new DescribeTaskDefinitionCommand({ taskDefinition });
      return (await ask("ecs:DescribeTaskDefinition", () => ecs.send(command))).taskDefinition;
    }),
    imageRepositories: once(() =>
      list("ecr:DescribeRepositories", paginateDescribeRepositories({ client: ecr }, {}), "repositories"),
    ),
    runningTasks: tasksOf("RUNNING"),
    /** Those of the last hour. */
    stoppedTasks: tasksOf("STOPPED"),
    /** The image under a tag or digest. */
    image: once(async (repositoryName: string, reference: string) => {
      const imageId = reference.startsWith("sha256:") ? { imageDigest: reference } : { imageTag: reference };
      const command = new DescribeImagesCommand({ repositoryName, imageIds: [imageId] });
      const read = ask("ecr:DescribeImages", () => ecr.send(command));
      return (await unlessMissing(read, ["ImageNotFoundException"]))?.imageDetails?.[0];
    }),
    /** Digests that a task of this image may have: its own, and for an index those of its platforms. */
    digestsUnder: once(async (repositoryName: string, imageDigest: string) => {
      const command = new BatchGetImageCommand({ repositoryName, imageIds: [{ imageDigest }] });
      const { images = [] } = await ask("ecr:BatchGetImage", () => ecr.send(command));
      const { manifests = [] } = JSON.parse(images[0]?.imageManifest ?? "{}") as {
        manifests?: { digest: string }[];
      };
      return [imageDigest, ...manifests.map(({ digest }) => digest)];
    }),
    repositoryPolicy: once(async (repositoryName: string) => {
      const command = new GetRepositoryPolicyCommand({ repositoryName });
      const read = ask("ecr:GetRepositoryPolicy", () => ecr.send(command));
      return (await unlessMissing(read, ["RepositoryPolicyNotFoundException"]))?.policyText;
    }),
  };
}

function readMachines(config: AccountConfig, { list, describe }: Reads) {
  const ec2 = new EC2Client(config);
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
    subnets: once(() => list("ec2:DescribeSubnets", paginateDescribeSubnets({ client: ec2 }, {}), "Subnets")),
    routeTables: once(() =>
      list("ec2:DescribeRouteTables", paginateDescribeRouteTables({ client: ec2 }, {}), "RouteTables"),
    ),
    natGateways: once(() =>
      list("ec2:DescribeNatGateways", paginateDescribeNatGateways({ client: ec2 }, {}), "NatGateways"),
    ),
    vpcEndpoints: once(() =>
      list("ec2:DescribeVpcEndpoints", paginateDescribeVpcEndpoints({ client: ec2 }, {}), "VpcEndpoints"),
    ),
    databases: once(async () => {
      const { paginateDescribeDBInstances, RDSClient } = await import("@aws-sdk/client-rds");
      const pages = paginateDescribeDBInstances({ client: new RDSClient(config) }, {});
      return list("rds:DescribeDBInstances", pages, "DBInstances");
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

function readRoles(config: AccountConfig, { ask, list }: Reads) {
  const iam = new IAMClient(config);
  const inline = once(async (RoleName: string, PolicyName: string) => {
    const command = new GetRolePolicyCommand({ RoleName, PolicyName });
    return (await ask("iam:GetRolePolicy", () => iam.send(command))).PolicyDocument ?? "";
  });
  return {
    role: once(async (RoleName: string) => {
      const read = ask("iam:GetRole", () => iam.send(new GetRoleCommand({ RoleName })));
      return (await unlessMissing(read, ["NoSuchEntityException"]))?.Role;
    }),
    /** Documents of the policies in a role, as IAM encodes them. */
    inlinePolicies: once(async (RoleName: string) => {
      const pages = paginateListRolePolicies({ client: iam }, { RoleName });
      const names = await list("iam:ListRolePolicies", pages, "PolicyNames");
      return Promise.all(names.map((name) => inline(RoleName, name)));
    }),
    attachedPolicies: once(async (RoleName: string) => {
      const pages = paginateListAttachedRolePolicies({ client: iam }, { RoleName });
      const policies = await list("iam:ListAttachedRolePolicies", pages, "AttachedPolicies");
      return policies.map(({ PolicyArn = "" }) => PolicyArn);
    }),
    /** The document of a managed policy, as IAM encodes it. */
    managedPolicy: once(async (PolicyArn: string) => {
      const { Policy } = await ask("iam:GetPolicy", () => iam.send(new GetPolicyCommand({ PolicyArn })));
      const command = new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId });
      const read = ask("iam:GetPolicyVersion", () => iam.send(command));
      return (await read).PolicyVersion?.Document ?? "";
    }),
  };
}

function readLoadBalancing(config: AccountConfig, { ask, list }: Reads) {
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
