import type { ServiceName } from "../services/api.ts";
import type { Protocol, ServiceWire } from "../services/definition.ts";
import { definitions } from "../services/index.ts";
import { loadSchemas } from "./sdk-files.ts";

export type { Protocol } from "../services/definition.ts";

/** One protocol of one service. */
export interface WireModel extends ServiceWire {
  readonly service: ServiceName;
  /** The SDK's client whose schemas describe the operations: `ecs` of `@aws-sdk/client-ecs`. */
  readonly client: string;
}

/** A service whose clients speak several protocols has an entry for each. */
export const wireModels: readonly WireModel[] = Object.entries(definitions).flatMap(
  ([service, { client, wires }]) =>
    wires.map((wire) => ({ ...wire, service: service as ServiceName, client })),
);

/** Loads the schemas of a service's operations, at the first call over the wire: those of EC2 alone take 30 MB. */
export function loadModel({ service, client }: WireModel): Promise<Record<string, unknown>> {
  return definitions[service].loadModel?.() ?? loadSchemas(client);
}

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
