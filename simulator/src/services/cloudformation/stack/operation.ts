import { randomBytes } from "node:crypto";
import type { Caller } from "../../api.ts";
import type { ResourceContext, ResourceType } from "../resources/resource-type.ts";
import { secretValues } from "../template/parameters.ts";
import type { ResourceDeclaration } from "../template/template.ts";
import type { Mapping } from "../template/value.ts";
import type { Definition } from "./definition.ts";
import { evaluateProperties } from "./evaluate-properties.ts";
import type { CloudFormationState, ResourceRecord, StackRecord } from "./records.ts";
import { stackScope } from "./scope.ts";

/** One run of creating, updating, rolling back or deleting: the context of all its steps. */
export interface Operation {
  readonly state: CloudFormationState;
  readonly stack: StackRecord;
  readonly definition: Definition;
  /** Aborts when the run is cancelled: another resource failed, or the simulator ends. */
  readonly signal: AbortSignal;
  cancel(): void;
}

export function startOperation(
  state: CloudFormationState,
  stack: StackRecord,
  definition: Definition,
  kind: "creation" | "update" = "creation",
): Operation {
  const controller = new AbortController();
  for (const secret of secretValues(definition.template.parameters, definition.parameters))
    stack.secrets.add(secret);
  const acting =
    stack.roleArn === undefined ? {} : actingFor(state, { ...state.caller, roleArn: stack.roleArn });
  return {
    state: { ...state, ...acting },
    stack,
    definition,
    signal: AbortSignal.any([controller.signal, state.signal]),
    cancel: () => controller.abort(new Error(`Resource ${kind} cancelled`)),
  };
}

/** Services with the rights of a caller. */
export function actingFor({ environment }: CloudFormationState, caller: Caller) {
  return { caller, environment: { ...environment, aws: environment.awsFor(caller) } };
}

export function declaredResource({ definition }: Operation, logicalId: string): ResourceDeclaration {
  const declared = definition.resources[logicalId];
  if (!declared) throw new Error(`resource ${logicalId} is not declared`);
  return declared;
}

/** Evaluates the properties of a resource with what the operation has created so far. */
export function currentProperties(operation: Operation, logicalId: string): Mapping {
  const { state, stack, definition } = operation;
  const declared = declaredResource(operation, logicalId);
  const scope = stackScope(state, stack, definition);
  return evaluateProperties(logicalId, declared, typeOf(operation, declared.type), scope, definition.tags);
}

export function typeOf({ state }: Operation, name: string): ResourceType {
  const type = state.types[name];
  if (!type) throw new Error(`Unrecognized resource type: ${name}`);
  return type;
}

export function newRecord({ stack }: Operation, logicalId: string, type: string): ResourceRecord {
  return {
    logicalId,
    type,
    physicalId: undefined,
    properties: {},
    attributes: {},
    status: "CREATE_IN_PROGRESS",
    statusReason: undefined,
    updatedAt: stack.clock.now(),
  };
}

export function resourceContext(
  { state: { environment }, stack, signal }: Pick<Operation, "state" | "stack" | "signal">,
  logicalId: string,
  identify: (id: string) => void = () => {},
): ResourceContext {
  const { aws, region, accountId } = environment;
  return {
    environment,
    aws,
    logicalId,
    signal,
    identify,
    generateName: (maximumLength) => generateName(stack.name, logicalId, maximumLength),
    arn: (service, resource) => `arn:aws:${service}:${region}:${accountId}:${resource}`,
  };
}

/**
 * Stack and resource share the space that the suffix leaves, as CloudFormation shortens its names; lower-case hex is
 * allowed everywhere.
 */
function generateName(stackName: string, logicalId: string, maximumLength: number): string {
  const suffix = randomBytes(6).toString("hex");
  const room = maximumLength - suffix.length - 2;
  const logicalPart = logicalId.slice(0, Math.max(Math.ceil(room / 2), room - stackName.length));
  const stackPart = stackName.slice(0, room - logicalPart.length).replace(/(?<!-)-+$/, "");
  return `${stackPart}-${logicalPart}-${suffix}`;
}
