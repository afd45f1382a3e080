import type { RegisterTaskDefinitionRequest } from "@aws-sdk/client-ecs";
import type { Pause } from "./acts.ts";
import type { Item } from "./items.ts";
import {
  type Config,
  clientsOf,
  flawedRole,
  forAccount,
  path,
  prefix,
  type RoleSetUp,
  type SetUp,
  tag,
} from "./set-ups.ts";

export interface Played {
  readonly item: Item;
  readonly answer: string;
  readonly isAsExpected: boolean;
}

export interface Options {
  readonly config: Config;
  readonly account: string;
  /** Milliseconds until IAM knows new policies everywhere. */
  readonly settleMs: number;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  /** Pushes an image with Node as `latest`. */
  readonly pushImage: (repositoryUri: string) => Promise<void>;
  /** Resolves to the status with which a load balancer responds on port 80, or to `times out`. */
  readonly request: (dnsName: string) => Promise<string>;
  readonly onPlayed: (played: Played) => void;
}

export const arnOf = (account: string, role: string) => `arn:aws:iam::${account}:role${path}${role}`;

export type Fixtures = Awaited<ReturnType<typeof createFixtures>>;

export async function createFixtures({ config, account, pushImage }: Options) {
  const { ecs, ecr, ec2, secretsmanager, s3 } = clientsOf(config);
  const tags = [{ key: tag.Key, value: tag.Value }];
  const name = (text: string) => forAccount(text, account);
  const definition = {
    family: name("web"),
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    tags,
  } satisfies Partial<RegisterTaskDefinitionRequest>;
  await ecs.createCluster({ clusterName: name("main"), tags });
  await ecs.registerTaskDefinition({
    ...definition,
    executionRoleArn: forAccount("arn:aws:iam::123456789012:role/execution", account),
    containerDefinitions: [{ name: "web", image: "public.ecr.aws/web" }],
  });
  const { ARN = "" } = await secretsmanager.createSecret({
    Name: name("db"),
    SecretString: "x",
    Tags: [tag],
  });
  await s3.createBucket({ Bucket: name("artifacts") });
  await s3.putBucketTagging({ Bucket: name("artifacts"), Tagging: { TagSet: [tag] } });
  await s3.putObject({ Bucket: name("artifacts"), Key: name("web.zip"), Body: "x" });
  const { repository } = await ecr.createRepository({ repositoryName: name("web"), tags: [tag] });
  const { repositoryUri = "" } = repository ?? {};
  await pushImage(repositoryUri);
  const right = { act: "task", role: "execution", flaw: "nothing wrong" } as RoleSetUp;
  await createRole(config, networkRole, right, account);
  const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
  const ofVpc = { Name: "vpc-id", Values: Vpcs.flatMap(({ VpcId = "" }) => VpcId) };
  const { Subnets = [] } = await ec2.describeSubnets({ Filters: [ofVpc] });
  const subnets = Subnets.flatMap(({ SubnetId = "" }) => SubnetId).slice(0, 1);
  return {
    ...{ definition, repositoryUri, secrets: [{ name: "PASSWORD", valueFrom: ARN }] },
    executionRole: arnOf(account, networkRole),
    networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" as const } },
  };
}

/** Execution role of tasks whose networks are tested. */
const networkRole = `${prefix}network`;

export async function createRole(config: Config, RoleName: string, setUp: SetUp, account: string) {
  const { iam } = clientsOf(config);
  const document = (Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const own = { principal: { AWS: `arn:aws:iam::${account}:root` } };
  const role = "act" in setUp ? flawedRole(setUp.role, setUp.flaw) : { ...own, statements: setUp.statements };
  if (!role) return;
  const trust = document([{ Effect: "Allow", Principal: role.principal, Action: "sts:AssumeRole" }]);
  await iam.createRole({ RoleName, Path: path, AssumeRolePolicyDocument: trust, Tags: [tag] });
  const PolicyDocument = document(forAccount(role.statements, account));
  if (role.statements.length > 0)
    await iam.putRolePolicy({ RoleName, PolicyName: "statements", PolicyDocument });
}
