import type { ServiceName } from "../aws/api.ts";
import { loadSchemas } from "./load-schemas.ts";

export type Protocol =
  | "awsJson1.0"
  | "awsJson1.1"
  | "awsQuery"
  | "ec2Query"
  | "restJson1"
  | "restXml"
  | "rpcv2Cbor";

/** How one service speaks on the wire. Source: the `aws.protocols` traits of the public Smithy models. */
export interface WireModel {
  readonly service: ServiceName;
  readonly protocol: Protocol;
  /**
   * awsJson: what precedes the dot in X-Amz-Target. Query: the Version parameter, unique to each service.
   * rpcv2Cbor: the service in the path. restJson1 and restXml: the name that requests are signed for.
   */
  readonly route: string;
  /** XML namespace of the answers, where they are XML. */
  readonly namespace?: string;
  /**
   * The schemas of the SDK's client, or a module like them, which describe the operations. Loaded at the first call
   * over the wire only: those of EC2 alone take 30 MB.
   */
  readonly load: () => Promise<Record<string, unknown>>;
}

const loadCloudWatch = () => loadSchemas("cloudwatch");

/** A service whose clients speak several protocols has an entry for each. */
export const wireModels: readonly WireModel[] = [
  {
    service: "ecs",
    protocol: "awsJson1.1",
    route: "AmazonEC2ContainerServiceV20141113",
    load: () => loadSchemas("ecs"),
  },
  {
    service: "codedeploy",
    protocol: "awsJson1.1",
    route: "CodeDeploy_20141006",
    load: () => loadSchemas("codedeploy"),
  },
  {
    service: "ecr",
    protocol: "awsJson1.1",
    route: "AmazonEC2ContainerRegistry_V20150921",
    load: () => loadSchemas("ecr"),
  },
  {
    service: "ecrpublic",
    protocol: "awsJson1.1",
    route: "SpencerFrontendService",
    load: () => loadSchemas("ecr-public"),
  },
  {
    service: "logs",
    protocol: "awsJson1.1",
    route: "Logs_20140328",
    load: () => loadSchemas("cloudwatch-logs"),
  },
  {
    service: "applicationautoscaling",
    protocol: "awsJson1.1",
    route: "AnyScaleFrontendService",
    load: () => loadSchemas("application-auto-scaling"),
  },
  {
    service: "cloud9",
    protocol: "awsJson1.1",
    route: "AWSCloud9WorkspaceManagementService",
    load: () => import("../aws/cloud9/model.ts"),
  },
  {
    service: "codecommit",
    protocol: "awsJson1.1",
    route: "CodeCommit_20150413",
    load: () => loadSchemas("codecommit"),
  },
  {
    service: "codepipeline",
    protocol: "awsJson1.1",
    route: "CodePipeline_20150709",
    load: () => loadSchemas("codepipeline"),
  },
  {
    service: "events",
    protocol: "awsJson1.1",
    route: "AWSEvents",
    load: () => loadSchemas("eventbridge"),
  },
  {
    service: "pricing",
    protocol: "awsJson1.1",
    route: "AWSPriceListService",
    load: () => loadSchemas("pricing"),
  },
  {
    service: "secretsmanager",
    protocol: "awsJson1.1",
    route: "secretsmanager",
    load: () => loadSchemas("secrets-manager"),
  },
  {
    service: "ssm",
    protocol: "awsJson1.1",
    route: "AmazonSSM",
    load: () => loadSchemas("ssm"),
  },
  {
    service: "elbv2",
    protocol: "awsQuery",
    route: "2015-12-01",
    namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    load: () => loadSchemas("elastic-load-balancing-v2"),
  },
  {
    service: "sts",
    protocol: "awsQuery",
    route: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    load: () => loadSchemas("sts"),
  },
  {
    service: "iam",
    protocol: "awsQuery",
    route: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    load: () => loadSchemas("iam"),
  },
  {
    service: "cloudformation",
    protocol: "awsQuery",
    route: "2010-05-15",
    namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    load: () => loadSchemas("cloudformation"),
  },
  {
    service: "rds",
    protocol: "awsQuery",
    route: "2014-10-31",
    namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
    load: () => loadSchemas("rds"),
  },
  {
    service: "cloudwatch",
    protocol: "awsJson1.0",
    route: "GraniteServiceVersion20100801",
    load: loadCloudWatch,
  },
  {
    service: "cloudwatch",
    protocol: "rpcv2Cbor",
    route: "GraniteServiceVersion20100801",
    load: loadCloudWatch,
  },
  {
    service: "cloudwatch",
    protocol: "awsQuery",
    route: "2010-08-01",
    namespace: "http://monitoring.amazonaws.com/doc/2010-08-01/",
    load: loadCloudWatch,
  },
  {
    service: "lambda",
    protocol: "restJson1",
    route: "lambda",
    load: () => loadSchemas("lambda"),
  },
  {
    service: "s3",
    protocol: "restXml",
    route: "s3",
    namespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    load: () => loadSchemas("s3"),
  },
  {
    service: "ec2",
    protocol: "ec2Query",
    route: "2016-11-15",
    namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
    load: () => loadSchemas("ec2"),
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
  /** What stands in the answer; a query service's code often differs from the exception's name. */
  readonly code: string;
  readonly statusCode: number;
  /** For JSON clients of a service that once spoke query: the code that it had there. */
  readonly queryCode?: string | undefined;
}

/** The code and status by which the model says an exception travels; as thrown when the model has none. */
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
  return { code, statusCode: traits.httpError ?? statusCode, queryCode: traits.awsQueryError?.[0] };
}
