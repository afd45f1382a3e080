import type { Environment } from "../../environment.ts";
import { AwsError } from "../../errors.ts";
import type { FunctionSettings } from "./function-settings.ts";

export interface FunctionCode {
  /** Folder of its unpacked code. */
  readonly taskRoot: string;
  /** Size of the archive in bytes, and its SHA-256 in base64. */
  readonly size: number;
  readonly sha256: string;
}

export interface FunctionRecord {
  readonly name: string;
  readonly arn: string;
  settings: FunctionSettings;
  code: FunctionCode;
  modifiedAt: Date;
  revisionId: string;
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
