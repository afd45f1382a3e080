import { areCredentialsExpired, explainAwsError } from "../../../shared/aws-errors.ts";
import type { RunningService } from "../../../shared/ecs/service.ts";
import { type Finding, lookUp } from "../../../shared/findings.ts";
import { findPlaceholders } from "../../../shared/placeholders.ts";
import type { TaskDefinitionInput } from "../../../shared/task-definition.ts";
import type { Clients, World } from "../clients.ts";

/** What the checks of a revision look at, and with what. */
export interface Checking {
  readonly clients: Clients;
  readonly taskDefinition: TaskDefinitionInput;
  readonly service: RunningService["service"];
  readonly signal: AbortSignal;
}

/** A runner in a private network may have no way to one of the services: that must not hold a deployment up. */
const patienceMs = 20_000;

export function beginChecking(
  { clients, signal }: World,
  taskDefinition: TaskDefinitionInput,
  { service }: RunningService,
): Checking {
  return {
    clients,
    taskDefinition,
    service,
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
  };
}

/** What a placeholder stands for cannot be looked up; that it is left in is found elsewhere. */
export function isFilledIn(text: string | undefined): text is string {
  return text !== undefined && text !== "" && findPlaceholders(text).length === 0;
}

/** As `lookUp`, but whatever keeps AWS from answering stops nothing: the deployment does not need this answer. */
export async function tryLookUp<T>(
  { signal }: Checking,
  what: string,
  call: (options: { abortSignal: AbortSignal }) => Promise<T>,
  known: { readonly [errorName: string]: Finding },
): Promise<{ value?: T; findings: Finding[] }> {
  try {
    return await lookUp(what, () => call({ abortSignal: signal }), known);
  } catch (error) {
    if (areCredentialsExpired(error)) throw error;
    if (isTimeout(signal))
      return unchecked(`${what}: AWS did not answer within ${patienceMs / 1_000} seconds`);
    const why = signal.aborted ? undefined : explainAwsError(error);
    if (!why) throw error;
    return unchecked(`${what}: ${why.message}`);
  }
}

function isTimeout({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as Error).name === "TimeoutError";
}

function unchecked(text: string): { findings: Finding[] } {
  return { findings: [{ text, kind: "unchecked" }] };
}
