import { randomBytes } from "node:crypto";
import type { Clock } from "../../../clock.ts";
import type { ResourceContext, ResourceType } from "../resources/resource-type.ts";
import { secretValues } from "../template/parameters.ts";
import type { Definition } from "./definition.ts";
import { findExport } from "./exports.ts";
import type { CloudFormationState, ResourceRecord, StackRecord } from "./records.ts";
import { importedNames } from "./scope.ts";

/** One run of creating, updating, rolling back or deleting: the context of all its steps. */
export interface Operation {
  readonly state: CloudFormationState;
  readonly clock: Clock;
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
  return {
    state,
    clock: state.environment.clock,
    stack,
    definition,
    signal: AbortSignal.any([controller.signal, state.signal]),
    cancel: () => controller.abort(new Error(`Resource ${kind} cancelled`)),
  };
}

/** Checks all imports before anything is created, and records them so that the exports cannot be removed. */
export function takeImports({ state, stack, definition }: Operation): void {
  const names = importedNames(state, stack, definition);
  for (const name of names) if (!findExport(state, name)) throw new Error(`No export named ${name} found.`);
  stack.imports = names;
}

export function typeOf({ state }: Operation, name: string): ResourceType {
  const type = state.types[name];
  if (!type) throw new Error(`Unrecognized resource type: ${name}`);
  return type;
}

export function newRecord({ clock }: Operation, logicalId: string, type: string): ResourceRecord {
  return {
    logicalId,
    type,
    physicalId: undefined,
    properties: {},
    attributes: {},
    status: "CREATE_IN_PROGRESS",
    statusReason: undefined,
    updatedAt: clock.now(),
  };
}

export function resourceContext(
  state: CloudFormationState,
  stack: StackRecord,
  logicalId: string,
  signal: AbortSignal,
  identify: (id: string) => void = () => {},
): ResourceContext {
  const { environment } = state;
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
