import { withTolerance } from "../../core/findings.ts";
import { findPlaceholders } from "../../core/placeholders.ts";
import type { TaskDefinitionInput } from "../../core/task-definition.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { Clients, DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";

/** Input and clients of a revision's checks. */
export interface Checking {
  readonly clients: Clients;
  readonly taskDefinition: TaskDefinitionInput;
  readonly service: RunningService["service"];
  readonly signal: AbortSignal;
  /** Whether images are pushed later: a plan of a pull request, whose code is not merged. */
  readonly imagesFollow?: boolean;
  /** Resolves to whether the caller registers a new revision; without it, another role does. */
  readonly registers?: () => Promise<boolean>;
  readonly isPlan?: boolean;
}

export function beginChecking(
  { clients, signal }: DeliveryContext,
  taskDefinition: TaskDefinitionInput,
  { service }: RunningService,
): Checking {
  return { clients, taskDefinition, service, signal: withTolerance(signal) };
}

/** Returns whether the deployment starts tasks. */
export function startsTasks(
  { waitUntil, desiredCount }: Pick<DeployInputs, "waitUntil" | "desiredCount">,
  service: RunningService["service"],
): boolean {
  return waitUntil !== "registered" && (desiredCount ?? service.desiredCount) !== 0;
}

/** A placeholder cannot be checked; another check reports that it is left in. */
export function isFilledIn(text: string | undefined): text is string {
  return text !== undefined && text !== "" && findPlaceholders(text).length === 0;
}
