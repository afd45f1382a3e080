import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";

export interface StoredEvent {
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  /** Breaks ties between equal timestamps; counts over the whole service. */
  readonly sequence: number;
}

export interface Stream {
  readonly name: string;
  readonly creationTime: number;
  /** Sorted by timestamp, then by sequence. */
  events: StoredEvent[];
  bytes: number;
  firstEventTimestamp?: number;
  lastEventTimestamp?: number;
  lastIngestionTime?: number;
}

export interface Group {
  readonly name: string;
  readonly creationTime: number;
  readonly streams: Map<string, Stream>;
  readonly tags: Map<string, string>;
  retentionInDays?: number;
}

export interface LogsState {
  readonly groups: Map<string, Group>;
  readonly now: () => number;
  arnOf(group: Group): string;
  nextSequence(): number;
}

export function createLogsState({ accountId, region, clock }: Environment): LogsState {
  let sequence = 0;
  return {
    groups: new Map(),
    now: () => clock.now().getTime(),
    arnOf: (group) => `arn:aws:logs:${region}:${accountId}:log-group:${group.name}`,
    nextSequence: () => ++sequence,
  };
}

/** By name or, as the newer parameter logGroupIdentifier allows, by ARN. */
export function findGroup(
  state: LogsState,
  input: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
): Group {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined)
    throw new AwsError(
      "ValidationException",
      "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    );
  if (logGroupName === undefined && logGroupIdentifier === undefined)
    throw new AwsError("ValidationException", "Either LogGroup name or LogGroup ARN must be specified.");
  const name = logGroupName ?? nameOf(logGroupIdentifier as string);
  const group = state.groups.get(name);
  if (!group) throw notFound("The specified log group does not exist.");
  return group;
}

export function findStream(group: Group, name: string | undefined): Stream {
  const stream = group.streams.get(name ?? "");
  if (!stream) throw notFound("The specified log stream does not exist.");
  return stream;
}

/** Accepts `arn:aws:logs:region:account:log-group:NAME` with or without the trailing `:*`, or a plain name. */
export function nameOf(identifier: string): string {
  return identifier.startsWith("arn:")
    ? identifier.split(":").slice(6).join(":").replace(/:\*$/, "")
    : identifier;
}

export const invalid = errorWith("InvalidParameterException");

export const notFound = errorWith("ResourceNotFoundException");

export const alreadyExists = errorWith("ResourceAlreadyExistsException");
