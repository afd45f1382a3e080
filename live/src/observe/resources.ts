import { GetPipelineStateCommand, ListPipelinesCommand } from "@aws-sdk/client-codepipeline";
import { DescribeSubnetsCommand, DescribeVpcsCommand, type Tag } from "@aws-sdk/client-ec2";
import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import type { PageClients } from "../clients.ts";
import type { ArchitecturePart, ResourceCard } from "../parts.ts";
import { type BalancingFacts, type ForwardFacts, sharesOf } from "./balancing.ts";
import type { GroupFacts } from "./deployments.ts";
import type { Reader } from "./reader.ts";
import { allPages } from "./services.ts";

/** A resource in some subnets of a VPC. */
interface Placed {
  readonly vpc: string;
  readonly subnets: readonly string[];
  readonly card: ResourceCard;
}

type Names = ReadonlyMap<string, string>;

/** Returns a function that reads the account's own resources: its VPCs with what is in them, and its pipelines. */
export function createResourceReader(
  { ec2, rds, codepipeline }: Pick<PageClients, "ec2" | "rds" | "codepipeline">,
  reader: Reader,
) {
  return async (
    balancing: BalancingFacts,
    deploymentGroups: readonly GroupFacts[],
  ): Promise<ArchitecturePart> => {
    const [names, databases, pipelines] = await Promise.all([
      reader.guard("EC2", new Map<string, string>(), () =>
        reader.every(30_000, "networks", () => readNames(ec2, reader)),
      ),
      reader.guard("RDS", [], () => reader.every(5_000, "databases", () => readDatabases(rds, reader))),
      reader.guard("CodePipeline", [], () =>
        reader.every(2_000, "pipelines", () => readPipelines(codepipeline, reader)),
      ),
    ]);
    const balancers = balancing.balancers.map((each) => balancerOf(each, balancing, deploymentGroups));
    const placed = [...balancers, ...databases, ...unusedGroups(balancing)];
    const vpcs = [...Map.groupBy(placed, ({ vpc }) => vpc)];
    return [...vpcs.map(([id, inside]) => vpcCard(id, inside, names)), ...pipelines];
  };
}

/** Returns the names of VPCs and subnets, which are in tags. */
async function readNames(ec2: PageClients["ec2"], reader: Reader): Promise<Names> {
  const [vpcs, subnets] = await Promise.all([
    allPages(async (NextToken) => {
      const page = await reader.send(ec2, new DescribeVpcsCommand({ NextToken }));
      return { items: page.Vpcs ?? [], nextToken: page.NextToken };
    }),
    allPages(async (NextToken) => {
      const page = await reader.send(ec2, new DescribeSubnetsCommand({ NextToken }));
      return { items: page.Subnets ?? [], nextToken: page.NextToken };
    }),
  ]);
  const nameIn = (tags: readonly Tag[] = []) => tags.find(({ Key }) => Key === "Name")?.Value;
  return new Map([
    ...vpcs.map(({ VpcId = "", Tags }) => [VpcId, nameIn(Tags) ?? VpcId] as const),
    ...subnets.map(({ SubnetId = "", Tags }) => [SubnetId, nameIn(Tags) ?? SubnetId] as const),
  ]);
}

async function readDatabases(rds: PageClients["rds"], reader: Reader): Promise<Placed[]> {
  const found = await allPages(async (Marker) => {
    const page = await reader.send(rds, new DescribeDBInstancesCommand({ Marker }));
    return { items: page.DBInstances ?? [], nextToken: page.Marker };
  });
  return found.map(({ DBInstanceIdentifier = "", DBInstanceStatus, DBSubnetGroup, ...instance }) => ({
    vpc: DBSubnetGroup?.VpcId ?? "",
    subnets: (DBSubnetGroup?.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []),
    card: {
      ...{ kind: "database", title: DBInstanceIdentifier, status: DBInstanceStatus, cards: [] },
      details: `${instance.Engine} ${instance.EngineVersion}, ${instance.DBInstanceClass}`,
    },
  }));
}

async function readPipelines(
  codepipeline: PageClients["codepipeline"],
  reader: Reader,
): Promise<ResourceCard[]> {
  const pipelines = await allPages(async (nextToken) => {
    const page = await reader.send(codepipeline, new ListPipelinesCommand({ nextToken }));
    return { items: page.pipelines ?? [], nextToken: page.nextToken };
  });
  return Promise.all(
    pipelines.map(async ({ name = "" }): Promise<ResourceCard> => {
      // At most one call a second, so that many pipelines do not slow down the services.
      const { stageStates = [] } = await reader.every(1_000 * pipelines.length, `pipeline ${name}`, () =>
        reader.send(codepipeline, new GetPipelineStateCommand({ name })),
      );
      const stages = stageStates.map(({ stageName = "", latestExecution }): ResourceCard => {
        return { kind: "stage", title: stageName, details: "", status: latestExecution?.status, cards: [] };
      });
      return { kind: "pipeline", title: name, details: "", cards: stages };
    }),
  );
}

function balancerOf(
  { LoadBalancerArn, LoadBalancerName = "", DNSName = "", State, ...balancer }: LoadBalancer,
  { forwards }: BalancingFacts,
  deploymentGroups: readonly GroupFacts[],
): Placed {
  const own = forwards.filter(({ loadBalancer }) => loadBalancer === LoadBalancerArn);
  const listeners = [...Map.groupBy(own, ({ listener }) => listener)].map(([arn, rules]): ResourceCard => {
    const isOf = (listeners: readonly string[]) => listeners.includes(arn);
    const isTest = deploymentGroups.some(({ testListeners }) => isOf(testListeners));
    const isProduction = deploymentGroups.some(({ productionListeners }) => isOf(productionListeners));
    return {
      ...{ kind: "listener", title: rules[0]?.port ?? "", details: "" },
      route: isProduction ? "production" : isTest ? "test" : undefined,
      cards: rules.flatMap(groupsOf),
    };
  });
  return {
    vpc: balancer.VpcId ?? "",
    subnets: (balancer.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
    card: {
      ...{ kind: "load-balancer", title: LoadBalancerName, details: DNSName },
      ...{ status: State?.Code, cards: listeners },
    },
  };
}

function groupsOf(rule: ForwardFacts): ResourceCard[] {
  return [...sharesOf(rule)].map(([arn, share]) => {
    return { kind: "target-group", title: nameIn(arn), details: rule.conditions, share, cards: [] };
  });
}

/**
 * Target groups that no listener leads to, such as the other one of a service's pair after a deployment. The rules say
 * so: they may be newer than the groups' own LoadBalancerArns.
 *
 * @internal
 */
export function unusedGroups({ groups, forwards, others }: BalancingFacts): Placed[] {
  const all = [...groups.values(), ...others];
  const unused = all.filter(({ arn }) => !forwards.some(({ weights }) => weights.has(arn)));
  return unused.map(({ name, vpc = "" }) => ({
    ...{ vpc, subnets: [] },
    card: { kind: "target-group", title: name, details: "", share: 0, cards: [] },
  }));
}

/** Returns `customer-tg-one` of `…:targetgroup/customer-tg-one/0123456789abcdef`. */
const nameIn = (arn: string) => arn.split("/")[1] ?? arn;

function vpcCard(id: string, inside: readonly Placed[], names: Names): ResourceCard {
  const title = (of: string) => names.get(of) ?? of;
  const bySubnets = Map.groupBy(inside, ({ subnets }) => subnets.map(title).sort().join(", "));
  const cards = [...bySubnets].flatMap(([subnets, placed]): ResourceCard[] => {
    const own = placed.map(({ card }) => card);
    return subnets ? [{ kind: "subnets", title: subnets, details: "", cards: own }] : own;
  });
  return { kind: "vpc", title: title(id), details: title(id) === id ? "" : id, cards };
}
