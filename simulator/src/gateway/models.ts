import type { ServiceName } from "../services/api.ts";
import { loadSchemas } from "./load-schemas.ts";

export type Protocol =
  | "awsJson1.0"
  | "awsJson1.1"
  | "awsQuery"
  | "ec2Query"
  | "restJson1"
  | "restXml"
  | "rpcv2Cbor";

/** Protocol of one service. Source: the `aws.protocols` traits of the public Smithy models. */
export interface WireModel {
  readonly service: ServiceName;
  readonly protocol: Protocol;
  /**
   * awsJson: the text before the dot in X-Amz-Target. Query: the Version parameter, unique to each service. rpcv2Cbor:
   * the service in the path. restJson1 and restXml: the name that requests are signed for.
   */
  readonly route: string;
  /** XML namespace of the responses, where they are XML. */
  readonly namespace?: string;
  /** The SDK's client whose schemas describe the operations: `ecs` of `@aws-sdk/client-ecs`. */
  readonly client: string;
}

/** Loads the schemas of a service's operations, at the first call over the wire: those of EC2 alone take 30 MB. */
export function loadModel({ client }: WireModel): Promise<Record<string, unknown>> {
  return client === "cloud9" ? import("../services/cloud9/model.ts") : loadSchemas(client);
}

/** A service whose clients speak several protocols has an entry for each. */
export const wireModels: readonly WireModel[] = [
  {
    service: "ecs",
    protocol: "awsJson1.1",
    route: "AmazonEC2ContainerServiceV20141113",
    client: "ecs",
  },
  {
    service: "codedeploy",
    protocol: "awsJson1.1",
    route: "CodeDeploy_20141006",
    client: "codedeploy",
  },
  {
    service: "ecr",
    protocol: "awsJson1.1",
    route: "AmazonEC2ContainerRegistry_V20150921",
    client: "ecr",
  },
  {
    service: "logs",
    protocol: "awsJson1.1",
    route: "Logs_20140328",
    client: "cloudwatch-logs",
  },
  {
    service: "applicationautoscaling",
    protocol: "awsJson1.1",
    route: "AnyScaleFrontendService",
    client: "application-auto-scaling",
  },
  {
    service: "cloud9",
    protocol: "awsJson1.1",
    route: "AWSCloud9WorkspaceManagementService",
    client: "cloud9",
  },
  {
    service: "codecommit",
    protocol: "awsJson1.1",
    route: "CodeCommit_20150413",
    client: "codecommit",
  },
  {
    service: "codepipeline",
    protocol: "awsJson1.1",
    route: "CodePipeline_20150709",
    client: "codepipeline",
  },
  {
    service: "events",
    protocol: "awsJson1.1",
    route: "AWSEvents",
    client: "eventbridge",
  },
  {
    service: "pricing",
    protocol: "awsJson1.1",
    route: "AWSPriceListService",
    client: "pricing",
  },
  {
    service: "secretsmanager",
    protocol: "awsJson1.1",
    route: "secretsmanager",
    client: "secrets-manager",
  },
  {
    service: "ssm",
    protocol: "awsJson1.1",
    route: "AmazonSSM",
    client: "ssm",
  },
  {
    service: "elbv2",
    protocol: "awsQuery",
    route: "2015-12-01",
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    client: "elastic-load-balancing-v2",
  },
  {
    service: "sts",
    protocol: "awsQuery",
    route: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    client: "sts",
  },
  {
    service: "iam",
    protocol: "awsQuery",
    route: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    client: "iam",
  },
  {
    service: "cloudformation",
    protocol: "awsQuery",
    route: "2010-05-15",
    namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    client: "cloudformation",
  },
  {
    service: "rds",
    protocol: "awsQuery",
    route: "2014-10-31",
    namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
    client: "rds",
  },
  {
    service: "cloudwatch",
    protocol: "awsJson1.0",
    route: "GraniteServiceVersion20100801",
    client: "cloudwatch",
  },
  {
    service: "cloudwatch",
    protocol: "rpcv2Cbor",
    route: "GraniteServiceVersion20100801",
    client: "cloudwatch",
  },
  {
    service: "cloudwatch",
    protocol: "awsQuery",
    route: "2010-08-01",
    namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    client: "cloudwatch",
  },
  {
    service: "lambda",
    protocol: "restJson1",
    route: "lambda",
    client: "lambda",
  },
  {
    service: "s3",
    protocol: "restXml",
    route: "s3",
    namespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    client: "s3",
  },
  {
    service: "ec2",
    protocol: "ec2Query",
    route: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    client: "ec2",
  },
];

/** Static Smithy schema of an operation, as the SDK exports it: `[9, namespace, name, traits, input, output]`. */
export interface OperationModel {
  readonly name: string;
  readonly input: unknown;
  readonly output: unknown;
  /** REST: method, path and status of success. */
  readonly http?: readonly [string, string, number] | undefined;
}

/** Undefined when the service has no such operation. */
export function findOperation(module: Record<string, unknown>, name: string): OperationModel | undefined {
  const schema = module[`${name}$`];
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  const { http } = (schema[3] || {}) as { http?: [string, string, number] };
  return { name, input: schema[4], output: schema[5], http };
}

export interface ErrorModel {
  /** Code in the response; a query service's code often differs from the exception's name. */
  readonly code: string;
  readonly statusCode: number;
  /** For JSON clients of a service that once used query: its code there. */
  readonly queryCode?: string | undefined;
  /** JSON: the member with the message, `Message` in some services' models. */
  readonly messageMember?: string | undefined;
}

/** Returns the code and status of an exception in the model; without a model, the thrown ones. */
export function findError(
  module: Record<string, unknown>,
  code: string,
  statusCode: number,
  protocol: Protocol,
): ErrorModel {
  const schema = module[`${code}$`];
  if (!Array.isArray(schema) || schema[0] !== -3) return { code, statusCode };
  const traits = (schema[3] || {}) as { awsQueryError?: [string, number]; httpError?: number };
  const isQuery = protocol === "awsQuery" || protocol === "ec2Query";
  if (isQuery && traits.awsQueryError)
    return { code: traits.awsQueryError[0], statusCode: traits.awsQueryError[1] };
  // The code in the JSON of awsJson 1.0 and 1.1 is the exception's own name.
  const messageMember = (schema[4] as string[]).find((name) => name.toLowerCase() === "message");
  const queryCode = traits.awsQueryError?.[0];
  return { code, statusCode: traits.httpError ?? statusCode, queryCode, messageMember };
}
