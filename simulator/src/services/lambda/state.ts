import type { Runtime } from "@aws-sdk/client-lambda";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";

export interface FunctionCode {
  /** Folder of its unpacked code. */
  readonly taskRoot: string;
  /** Size of the archive in bytes, and its SHA-256 in base64. */
  readonly size: number;
  readonly sha256: string;
}

/** Settings of a function, complete with Lambda's defaults. */
export interface FunctionSettings {
  readonly role: string;
  readonly runtime: Runtime;
  readonly handler: string;
  readonly description: string;
  /** Seconds. */
  readonly timeout: number;
  /** MiB; reported, not enforced. */
  readonly memorySize: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly architectures: readonly ("x86_64" | "arm64")[];
}

export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  readonly settings: FunctionSettings;
  readonly code: FunctionCode;
  readonly createdAt: Date;
  readonly revisionId: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LambdaState {
  readonly functions: Map<string, FunctionRecord>;
  arnOf(name: string): string;
}

export function createLambdaState({ accountId, region }: Environment): LambdaState {
  return {
    functions: new Map(),
    arnOf: (name) => `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  };
}

/** By name, partial ARN or ARN, with or without the version $LATEST. */
export function findFunction(state: LambdaState, identifier = "", qualifier?: string): FunctionRecord {
  const [, name = identifier, version = qualifier] =
    /^(?:(?:arn:aws:lambda:[^:]+:)?\d{12}:function:)?([\w-]+)(?::(.+))?$/.exec(identifier) ?? [];
  const found = state.functions.get(name);
  if (found && (version === undefined || version === "$LATEST")) return found;
  const arn = state.arnOf(version === undefined ? name : `${name}:${version}`);
  throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
