import { areCredentialsExpired, explainAwsError } from "../../core/aws-errors.ts";
import { type Finding, lookUp, unchecked } from "../../core/findings.ts";
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

/** A runner in a private network may not reach one of the services: that must not delay a deployment. */
const toleranceMs = 20_000;

export function beginChecking(
  { clients, signal }: DeliveryContext,
  taskDefinition: TaskDefinitionInput,
  { service }: RunningService,
): Checking {
  return { clients, taskDefinition, service, signal: withTolerance(signal) };
}

/** Returns a signal that also ends a read to which AWS does not respond in time. */
export function withTolerance(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(toleranceMs)]);
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

/** As `lookUp`, but no failure of AWS stops anything: the deployment does not need this response. */
export async function tryLookUp<T>(
  { signal }: Pick<Checking, "signal">,
  what: string,
  call: (options: { abortSignal: AbortSignal }) => Promise<T>,
  known: { readonly [errorName: string]: Finding } = {},
): Promise<{ value?: T; findings: Finding[] }> {
  try {
    return await lookUp(what, () => call({ abortSignal: signal }), known);
  } catch (error) {
    if (areCredentialsExpired(error)) throw error;
    if (isTimeout(signal))
      return { findings: unchecked(`${what}: AWS did not respond within ${toleranceMs / 1_000} seconds`) };
    const why = signal.aborted ? undefined : explainAwsError(error);
    if (!why) throw error;
    return { findings: unchecked(`${what}: ${why.message}`) };
  }
}

function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as Error).name === "TimeoutError";
}
