import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";
import roleNeeds from "./role-needs.json" with { type: "json" };

/** An answer of AWS, and how it is known. */
interface Claim {
  /** Continues "a role that". */
  readonly that: string;
  /**
   * A part of the answer, with `…` for any text. Of a call: `allowed`, or status, code and message of a denial; the
   * service may refuse an allowed call.
   */
  readonly expected: string;
  readonly source: string;
  readonly state: "recorded" | "documented" | "from memory";
  /** Why the command does not play it against AWS; the simulator's tests do. */
  readonly notPlayed?: string;
  /** Answer of AWS, without the account, and its date. */
  readonly answer?: string;
  readonly date?: string;
}

/** A call by a role with these statements. */
export interface CallSetUp extends Claim {
  readonly statements: readonly object[];
  /** `service:method` of the SDK. */
  readonly call: string;
  readonly input: object;
}

/** An act of a service of AWS in a role with a flaw. */
export interface RoleSetUp extends Claim {
  readonly act: "task" | "deployment" | "group" | "pipeline" | "function";
  /** Its needs are in role-needs.json. */
  readonly role: string;
  /** `nothing wrong`, `absent`, `trusts` and another service, or an action that it lacks. */
  readonly flaw: string;
  /** Tag of the task's image, which exists by default. */
  readonly image?: string;
}

export type SetUp = CallSetUp | RoleSetUp;

/** Whether an answer has the parts of the expected one, in their order. */
export function isExpected(answer: string, expected: string): boolean {
  let from = 0;
  return expected.split("…").every((part) => {
    const at = answer.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

const roles: Readonly<Record<string, { service: string; statements: string[][] }>> = roleNeeds;

/** Returns the trusted service and the statements of a role with a flaw; undefined if it is absent. */
export function flawedRole(role: string, flaw: string) {
  const { service = "", statements = [] } = roles[role] ?? {};
  if (flaw === "absent") return undefined;
  const trusted = flaw.startsWith("trusts ") ? flaw.slice("trusts ".length) : service;
  const allowed = statements.flatMap(([actions = "", Resource = ""]) => {
    const Action = actions.split(" ").filter((action) => action !== flaw);
    return Action.length > 0 ? [{ Effect: "Allow", Action, Resource }] : [];
  });
  return { principal: { Service: `${trusted}.amazonaws.com` }, statements: allowed };
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
  lambda: Lambda,
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
/** Path of the roles. */
export const path = `/${prefix.slice(0, -1)}/`;
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
