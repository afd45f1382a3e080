import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";

/** A call by a role with these statements, and what AWS answers. */
export interface SetUp {
  readonly that: string;
  readonly statements: readonly object[];
  /** `service:method` of the SDK. */
  readonly call: string;
  readonly input: object;
  /** `allowed`, or a part of the status, code and message of a denial. The service may refuse an allowed call. */
  readonly expected: string;
  readonly source: string;
  readonly state: "recorded" | "documented" | "from memory";
  /** Answer of AWS, without the account, and its date. */
  readonly answer?: string;
  readonly date?: string;
}

const services = {
  cloudformation: CloudFormation,
  codedeploy: CodeDeploy,
  ec2: EC2,
  ecr: ECR,
  ecs: ECS,
  elbv2: ElasticLoadBalancingV2,
  events: EventBridge,
  iam: IAM,
  logs: CloudWatchLogs,
  s3: S3,
  secretsmanager: SecretsManager,
  ssm: SSM,
  sts: STS,
};

export type Config = ConstructorParameters<typeof S3>[0];
type Clients = { readonly [Name in keyof typeof services]: InstanceType<(typeof services)[Name]> };

export function clientsOf(config: Config): Clients {
  const clients = Object.entries(services).map(([name, Client]) => [name, new Client(config as never)]);
  return Object.fromEntries(clients);
}

/** Account and names in the set-ups. */
const [documented, names] = [
  "123456789012",
  /\b(api|artifacts|db|execution|gone|main|other|s|tagged|test|web)\b/g,
];
/** Begins the names of everything that is created, so that no other resource of an account is meant. */
export const prefix = "conformance-";
/** Marks what is created. */
export const tag = { Key: "ecs-delivery-conformance", Value: "true" };

/** Returns a value with the names and the account of this run. */
export function forAccount<Value>(value: Value, account: string): Value {
  if (Array.isArray(value)) return value.map((each) => forAccount(each, account)) as Value;
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, forAccount(each, account)]),
    ) as Value;
  if (typeof value !== "string") return value;
  const named = value.replace(
    names,
    (name) => `${prefix}${name}${name === "artifacts" ? `-${documented}` : ""}`,
  );
  return named.replaceAll(documented, account) as Value;
}

/** Returns a text of AWS as the set-ups have it: without the account, this run's names and ids. */
export function scrubbed(text: string, account: string): string {
  const ids =
    /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|(?<=RequestID: )\w+/g;
  return text
    .replaceAll(account, documented)
    .replaceAll(`-${documented}`, "")
    .replaceAll(prefix, "")
    .replace(ids, "…");
}

/** Calls a method by its name; resolves to `allowed` or to the status, code and message of the denial. */
export async function answerOf(
  clients: Clients,
  call: string,
  input: object,
  onMade: (made: object) => unknown,
): Promise<string> {
  const [service = "", method = ""] = call.split(":");
  const client = clients[service as keyof Clients];
  const perform = Reflect.get(client, method) as (given: object) => Promise<object>;
  try {
    await onMade(await perform.call(client, input));
    return "allowed";
  } catch (error) {
    const { $metadata, name, message } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if ($metadata?.httpStatusCode === undefined) throw error;
    const isDenied = /not authorized|AccessDenied|Unauthorized|Cross-account/.test(`${name} ${message}`);
    return isDenied ? `${$metadata.httpStatusCode} ${name}: ${message}` : "allowed";
  }
}
