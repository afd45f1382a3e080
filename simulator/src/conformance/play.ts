import { setTimeout as sleep } from "node:timers/promises";
import { paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { paginateDescribeRepositories } from "@aws-sdk/client-ecr";
import {
  paginateListClusters,
  paginateListTaskDefinitions,
  type RegisterTaskDefinitionRequest,
} from "@aws-sdk/client-ecs";
import { paginateListRoles } from "@aws-sdk/client-iam";
import { paginateListFunctions } from "@aws-sdk/client-lambda";
import { paginateListSecrets } from "@aws-sdk/client-secrets-manager";
import { callFunction, type Pause, runTask } from "./acts.ts";
import {
  answerOf,
  type CallSetUp,
  type Config,
  clientsOf,
  flawedRole,
  forAccount,
  isExpected,
  prefix,
  type RoleSetUp,
  type SetUp,
  scrubbed,
  tag,
} from "./set-ups.ts";

interface Played {
  readonly setUp: SetUp;
  readonly answer: string;
  readonly isAsExpected: boolean;
}

interface Options {
  readonly config: Config;
  readonly account: string;
  /** Milliseconds until IAM knows new policies everywhere. */
  readonly settleMs: number;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  readonly onPlayed: (played: Played) => void;
}

const path = `/${prefix.slice(0, -1)}/`;

/** Creates what the set-ups need, plays them, and removes everything, also when it fails or is aborted. */
export async function playAll(setUps: readonly SetUp[], options: Options): Promise<Played[]> {
  const { config, account, settleMs, signal, onPlayed } = options;
  const played: Played[] = [];
  try {
    const fixtures = await createFixtures(config, account);
    for (const [index, setUp] of setUps.entries()) {
      signal.throwIfAborted();
      await createRole(config, roleName(index), setUp, account);
    }
    await sleep(settleMs, undefined, { signal });
    for (const [index, setUp] of setUps.entries()) {
      signal.throwIfAborted();
      const answered = "act" in setUp ? answerOfAct : answerOfCall;
      const answer = scrubbed(await answered(setUp as never, options, roleName(index), fixtures), account);
      const isAsExpected =
        setUp.expected === "allowed" ? answer === "allowed" : isExpected(answer, setUp.expected);
      played.push({ setUp, answer, isAsExpected });
      onPlayed({ setUp, answer, isAsExpected });
    }
    return played;
  } finally {
    await removeAll(config);
  }
}

async function answerOfCall(setUp: CallSetUp, options: Options, role: string): Promise<string> {
  const { config, account } = options;
  const clients = clientsOf(await signedIn(options, role));
  // Only where AWS allows what the set-up says it denies.
  const onMade = ({ Vpc }: { Vpc?: { VpcId?: string } }) =>
    Vpc && clientsOf(config).ec2.deleteVpc({ VpcId: Vpc.VpcId });
  return answerOf(clients, setUp.call, forAccount(setUp.input, account), onMade);
}

/** Resolves to how the act ends, or to the code and message of the service's refusal. */
async function answerOfAct(
  { act }: RoleSetUp,
  { config, account, pause }: Options,
  role: string,
  { definition, networkConfiguration }: Fixtures,
): Promise<string> {
  const { ecs, lambda, logs } = clientsOf(config);
  const Role = `arn:aws:iam::${account}:role${path}${role}`;
  const ended =
    act === "function"
      ? callFunction({ lambda, logs }, { FunctionName: role, Role }, pause)
      : runTask(
          ecs,
          { ...definition, executionRoleArn: Role },
          { cluster: `${prefix}main`, networkConfiguration },
          pause,
        );
  return ended.catch((error: Error) => {
    if ("$fault" in error) return `${error.name}: ${error.message}`;
    throw error;
  });
}

type Fixtures = Awaited<ReturnType<typeof createFixtures>>;

async function createFixtures(config: Config, account: string) {
  const { ecs, ecr, ec2, secretsmanager, s3 } = clientsOf(config);
  const tags = [{ key: tag.Key, value: tag.Value }];
  const name = (text: string) => forAccount(text, account);
  const base = {
    family: name("web"),
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    tags,
  } satisfies Partial<RegisterTaskDefinitionRequest>;
  await ecs.createCluster({ clusterName: name("main"), tags });
  await ecs.registerTaskDefinition({
    ...base,
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
  const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
  const ofVpc = { Name: "vpc-id", Values: Vpcs.flatMap(({ VpcId = "" }) => VpcId) };
  const { Subnets = [] } = await ec2.describeSubnets({ Filters: [ofVpc] });
  const subnets = Subnets.flatMap(({ SubnetId = "" }) => SubnetId).slice(0, 1);
  // The repository has no image: the tasks stop before they would run.
  const secrets = [{ name: "PASSWORD", valueFrom: ARN }];
  const container = { name: "web", image: `${repository?.repositoryUri}:latest`, secrets };
  return {
    definition: { ...base, containerDefinitions: [container] },
    networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" as const } },
  };
}

const roleName = (index: number) => `${prefix}${String(index + 1).padStart(3, "0")}`;

async function createRole(config: Config, RoleName: string, setUp: SetUp, account: string) {
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

/** A role can be assumed some seconds after its creation. */
async function signedIn({ config, account, pause }: Options, role: string): Promise<Config> {
  const { sts } = clientsOf(config);
  const RoleArn = `arn:aws:iam::${account}:role${path}${role}`;
  for (let attempt = 1; ; attempt += 1)
    try {
      const { Credentials } = await sts.assumeRole({ RoleArn, RoleSessionName: "conformance" });
      const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "" } = Credentials ?? {};
      const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
      return { ...config, credentials: keys };
    } catch (error) {
      if ((error as Error).name !== "AccessDenied" || attempt === 30) throw error;
      await pause();
    }
}

/** Each kind of resource that a run can make: those with its names, and how one is removed. */
function kindsIn(config: Config) {
  const { ecs, secretsmanager, s3, iam, lambda, logs, ecr } = clientsOf(config);
  return {
    function: {
      list: () =>
        named(paginateListFunctions({ client: lambda }, {}), ({ Functions }) =>
          Functions?.map(({ FunctionName }) => FunctionName),
        ),
      remove: (FunctionName: string) => lambda.deleteFunction({ FunctionName }),
    },
    cluster: {
      list: () => named(paginateListClusters({ client: ecs }, {}), ({ clusterArns }) => clusterArns),
      remove: (cluster: string) => ecs.deleteCluster({ cluster }),
    },
    "task definition": {
      list: () => {
        const pages = paginateListTaskDefinitions({ client: ecs }, { familyPrefix: `${prefix}web` });
        return named(pages, ({ taskDefinitionArns }) => taskDefinitionArns);
      },
      remove: (taskDefinition: string) => ecs.deregisterTaskDefinition({ taskDefinition }),
    },
    secret: {
      list: () =>
        named(paginateListSecrets({ client: secretsmanager }, {}), (page) =>
          page.SecretList?.map(({ Name }) => Name),
        ),
      remove: (SecretId: string) =>
        secretsmanager.deleteSecret({ SecretId, ForceDeleteWithoutRecovery: true }),
    },
    bucket: {
      list: () => named([s3.listBuckets({})], ({ Buckets }) => Buckets?.map(({ Name }) => Name)),
      async remove(Bucket: string) {
        for (const { Key } of (await s3.listObjectsV2({ Bucket })).Contents ?? [])
          await s3.deleteObject({ Bucket, Key });
        await s3.deleteBucket({ Bucket });
      },
    },
    "log group": {
      list: () =>
        named(paginateDescribeLogGroups({ client: logs }, {}), ({ logGroups }) =>
          logGroups?.map(({ logGroupName }) => logGroupName),
        ),
      remove: (logGroupName: string) => logs.deleteLogGroup({ logGroupName }),
    },
    repository: {
      list: () =>
        named(paginateDescribeRepositories({ client: ecr }, {}), (page) =>
          page.repositories?.map((each) => each.repositoryName),
        ),
      remove: (repositoryName: string) => ecr.deleteRepository({ repositoryName }),
    },
    role: {
      list: () =>
        named(paginateListRoles({ client: iam }, { PathPrefix: path }), ({ Roles }) =>
          Roles?.map(({ RoleName }) => RoleName),
        ),
      async remove(RoleName: string) {
        for (const PolicyName of (await iam.listRolePolicies({ RoleName })).PolicyNames ?? [])
          await iam.deleteRolePolicy({ RoleName, PolicyName });
        await iam.deleteRole({ RoleName });
      },
    },
  };
}

/** Returns the names on all pages that are those of a run. */
async function named<Page>(
  pages: AsyncIterable<Page> | Promise<Page>[],
  pick: (page: Page) => readonly (string | undefined)[] | undefined,
): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages)
    for (const name of pick(page) ?? [])
      if (name?.split(/[:/]/).some((part) => part.startsWith(prefix))) found.push(name);
  return found;
}

/** Returns what a run has left, such as `cluster arn:…`. */
export async function findLeft(config: Config): Promise<string[]> {
  const kinds = Object.entries(kindsIn(config));
  const found = await Promise.all(
    kinds.map(async ([kind, { list }]) => (await list()).map((name) => `${kind} ${name}`)),
  );
  return found.flat();
}

/** Removes everything with the names of a run; goes on after a failure, and throws all of them at the end. */
export async function removeAll(config: Config): Promise<void> {
  const failures: string[] = [];
  for (const [kind, { list, remove }] of Object.entries(kindsIn(config)))
    try {
      for (const name of await list())
        await remove(name).catch((error: Error) => failures.push(`${kind} ${name}: ${error.message}`));
    } catch (error) {
      failures.push(`${kind}: ${(error as Error).message}`);
    }
  if (failures.length > 0)
    throw new Error(`not everything was removed: ${failures.join("; ")}. Fix: run the command with --remove`);
}
