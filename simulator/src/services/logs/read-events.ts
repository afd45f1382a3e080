import type { InputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import {
  findGroup,
  findStream,
  type Group,
  invalid,
  type LogsState,
  type StoredEvent,
  type Stream,
} from "./state.ts";

/** Default and maximum number of events in one response (GetLogEvents, FilterLogEvents, API reference). */
const maxEvents = 10_000;
const day = 86_400_000;

export function readEventsOperations(state: LogsState): Operations<"logs"> {
  return {
    getLogEvents: (input) => {
      refuseUnsupported("InvalidParameterException", "GetLogEvents", input, [
        "logGroupName logGroupIdentifier logStreamName startTime endTime nextToken limit startFromHead",
      ]);
      const group = findGroup(state, input);
      const events = select(state, group, findStream(group, input.logStreamName).events, input);
      const limit = limitOf(input.limit);
      const token = input.nextToken === undefined ? undefined : parseToken(input.nextToken);
      const chosen = choose(events, limit, token, input.startFromHead ?? false);
      const first = chosen[0] ?? token ?? events.at(-1) ?? start;
      const last = chosen.at(-1) ?? token ?? events.at(-1) ?? start;
      return {
        events: chosen.map(({ timestamp, message, ingestionTime }) => ({
          timestamp,
          message,
          ingestionTime,
        })),
        nextForwardToken: formatToken("f", last),
        nextBackwardToken: formatToken("b", first),
      };
    },
    filterLogEvents: (input) => {
      refuseUnsupported("InvalidParameterException", "FilterLogEvents", input, [
        "logGroupName logGroupIdentifier logStreamNames logStreamNamePrefix startTime endTime filterPattern",
        "nextToken limit interleaved",
      ]);
      const group = findGroup(state, input);
      const matches = parseFilterPattern(input.filterPattern ?? "");
      const after = input.nextToken === undefined ? start : parseToken(input.nextToken);
      const limit = limitOf(input.limit);
      const found = streamsOf(group, input)
        .flatMap((stream) =>
          select(state, group, stream.events, input)
            .filter((event) => compare(event, after) > 0 && matches(event.message))
            .map((event) => ({ event, logStreamName: stream.name })),
        )
        .sort((a, b) => compare(a.event, b.event));
      const chosen = fitting(found.slice(0, limit), ({ event }) => event.message);
      const last = chosen.at(-1);
      return {
        events: chosen.map(({ logStreamName, event: { timestamp, message, ingestionTime, sequence } }) => ({
          logStreamName,
          timestamp,
          message,
          ingestionTime,
          eventId: digits({ timestamp, sequence }),
        })),
        searchedLogStreams: [],
        nextToken: last && found.length > chosen.length ? formatToken("f", last.event) : undefined,
      };
    },
  };
}

/** A place in a stream: just after (forward) or just before (backward) the event with these figures. */
interface Position {
  readonly timestamp: number;
  readonly sequence: number;
}

interface Token extends Position {
  readonly direction: "f" | "b";
}

const start: Position = { timestamp: 0, sequence: 0 };

function choose(
  events: readonly StoredEvent[],
  limit: number,
  token: Token | undefined,
  startFromHead: boolean,
): readonly StoredEvent[] {
  const textOf = ({ message }: StoredEvent) => message;
  const first = (found: readonly StoredEvent[]) => fitting(found.slice(0, limit), textOf);
  const newest = (found: readonly StoredEvent[]) => fitting(found.slice(-limit).reverse(), textOf).reverse();
  if (token?.direction === "f") return first(events.filter((event) => compare(event, token) > 0));
  if (token?.direction === "b") return newest(events.filter((event) => compare(event, token) < 0));
  return startFromHead ? first(events) : newest(events);
}

/** Bytes of one response (GetLogEvents, FilterLogEvents, API reference). */
const longestResponse = 1024 * 1024;

/** Returns the first items that fit into one response: at least one. */
function fitting<Item>(items: readonly Item[], textOf: (item: Item) => string): Item[] {
  let left = longestResponse;
  const end = items.findIndex((item, index) => {
    left -= sizeOf(textOf(item));
    return left < 0 && index > 0;
  });
  return items.slice(0, end < 0 ? items.length : end);
}

/**
 * Returns the events of the requested span that the group's retention has not expired; excludes the end of the span.
 */
function select(
  state: LogsState,
  group: Group,
  events: readonly StoredEvent[],
  { startTime = 0, endTime = Number.POSITIVE_INFINITY }: { startTime?: number; endTime?: number },
): readonly StoredEvent[] {
  const expired = group.retentionInDays === undefined ? 0 : state.now() - group.retentionInDays * day;
  const from = Math.max(startTime, expired);
  return events.filter(({ timestamp }) => timestamp >= from && timestamp < endTime);
}

function streamsOf(
  group: Group,
  { logStreamNames, logStreamNamePrefix }: { logStreamNames?: string[]; logStreamNamePrefix?: string },
) {
  if (logStreamNames && logStreamNamePrefix !== undefined)
    throw invalid("logStreamNames and logStreamNamePrefix exclude each other.");
  if (logStreamNames) return logStreamNames.map((name) => findStream(group, name));
  return [...group.streams.values()].filter(({ name }) => name.startsWith(logStreamNamePrefix ?? ""));
}

function limitOf(limit = maxEvents): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxEvents) return limit;
  throw invalid(`limit must be between 1 and ${maxEvents}, not ${limit}.`);
}

function compare(a: Position, b: Position): number {
  return a.timestamp - b.timestamp || a.sequence - b.sequence;
}

/** 56 digits like AWS's: 20 for the timestamp, 36 for the sequence. */
function digits({ timestamp, sequence }: Position): string {
  return String(timestamp).padStart(20, "0") + String(sequence).padStart(36, "0");
}

function formatToken(direction: Token["direction"], position: Position): string {
  return `${direction}/${digits(position)}/s`;
}

function parseToken(token: string): Token {
  const [, direction, timestamp, sequence] = /^([fb])\/(\d{20})(\d{36})\/s$/.exec(token) ?? [];
  if (!direction) throw invalid("The specified nextToken is invalid.");
  return {
    direction: direction as Token["direction"],
    timestamp: Number(timestamp),
    sequence: Number(sequence),
  };
}

/**
 * Parses an unstructured filter pattern: terms and quoted phrases, which must all occur, in any order and the same
 * case. Source: "Filter pattern syntax", CloudWatch Logs user guide. The rest of the syntax is refused.
 */
function parseFilterPattern(pattern: string): (message: string) => boolean {
  const refused = refusedSyntax.find(({ start }) => pattern.trimStart().startsWith(start));
  if (refused) throw unsupported(refused.name, pattern);
  const terms = tokenise(pattern);
  return (message) => terms.every((term) => message.includes(term));
}

const refusedSyntax = [
  { start: "{", name: "JSON patterns" },
  { start: "[", name: "space-delimited patterns" },
  { start: "%", name: "regular expressions" },
];

function tokenise(pattern: string): string[] {
  const terms: string[] = [];
  for (const [token] of pattern.matchAll(/"(?:[^"\\]|\\.)*"|\S+/g)) {
    if (token.length > 1 && token.startsWith('"') && token.endsWith('"'))
      terms.push(token.slice(1, -1).replace(/\\(.)/g, "$1"));
    else if (/^\w+$/.test(token)) terms.push(token);
    else if (token.startsWith("?")) throw unsupported("optional terms (?term)", pattern);
    else if (token.startsWith("-")) throw unsupported("excluded terms (-term)", pattern);
    else
      throw invalid(
        `Invalid character(s) in term '${token}'; put terms with other characters than letters, digits and '_' in double quotes.`,
      );
  }
  return terms;
}

function unsupported(what: string, pattern: string) {
  return invalid(
    `The simulator does not perform ${what} in filterPattern '${pattern}'; use terms and "quoted phrases".`,
  );
}

/** Limits of one PutLogEvents call, and the 26 bytes that each event counts in addition to its text (API reference). */
const maxBatchEvents = 10_000;
const maxBatchBytes = 1_048_576;
const eventOverhead = 26;
const hour = 3_600_000;
const oldestAccepted = 14 * 24 * hour;
const newestAccepted = 2 * hour;

/**
 * Newest bytes kept per stream; older events are dropped. A stream is one task's output, and a dozen tasks log every
 * request of a load test: some 40,000 such lines each.
 */
const keptBytesPerStream = 8 * 1024 * 1024;

export function putEventsOperations(state: LogsState): Operations<"logs"> {
  return {
    putLogEvents: (input) => {
      // A sequence token is accepted and ignored, as by AWS since January 2023.
      refuseUnsupported("InvalidParameterException", "PutLogEvents", input, [
        "logGroupName logStreamName logEvents sequenceToken",
      ]);
      const stream = findStream(findGroup(state, { logGroupName: input.logGroupName }), input.logStreamName);
      const batch = input.logEvents ?? [];
      refuseBadBatch(batch);
      const now = state.now();
      const tooOldEnd = batch.findLastIndex(({ timestamp = 0 }) => timestamp < now - oldestAccepted) + 1;
      const tooNewStart = batch.findIndex(({ timestamp = 0 }) => timestamp > now + newestAccepted);
      const accepted = batch.slice(tooOldEnd, tooNewStart < 0 ? undefined : tooNewStart);
      for (const event of accepted) append(stream, stored(event, now, state.nextSequence()));
      forgetOldest(stream);
      const rejectedLogEventsInfo = {
        tooOldLogEventEndIndex: tooOldEnd > 0 ? tooOldEnd : undefined,
        tooNewLogEventStartIndex: tooNewStart < 0 ? undefined : tooNewStart,
      };
      return {
        nextSequenceToken: String(state.nextSequence()).padStart(56, "0"),
        rejectedLogEventsInfo: accepted.length < batch.length ? rejectedLogEventsInfo : undefined,
      };
    },
  };
}

function refuseBadBatch(batch: readonly InputLogEvent[]): void {
  if (batch.length < 1 || batch.length > maxBatchEvents)
    throw invalid(`logEvents must hold 1 to ${maxBatchEvents} events, not ${batch.length}.`);
  const bytes = batch.reduce((sum, { message = "" }) => sum + sizeOf(message), 0);
  if (bytes > maxBatchBytes)
    throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${maxBatchBytes}`);
  for (const [index, { timestamp = 0, message = "" }] of batch.entries()) {
    if (message === "") throw invalid(`logEvents[${index}].message must hold at least one character.`);
    if (timestamp < (batch[index - 1]?.timestamp ?? 0))
      throw invalid("Log events in a single PutLogEvents request must be in chronological order.");
  }
}

function stored({ timestamp = 0, message = "" }: InputLogEvent, now: number, sequence: number): StoredEvent {
  return { timestamp, message, ingestionTime: now, sequence };
}

function append(stream: Stream, event: StoredEvent): void {
  const last = stream.events.at(-1);
  if (last && last.timestamp > event.timestamp) {
    const place = stream.events.findLastIndex(({ timestamp }) => timestamp <= event.timestamp) + 1;
    stream.events.splice(place, 0, event);
  } else stream.events.push(event);
  stream.bytes += sizeOf(event.message);
  stream.firstEventTimestamp = Math.min(stream.firstEventTimestamp ?? event.timestamp, event.timestamp);
  stream.lastEventTimestamp = Math.max(stream.lastEventTimestamp ?? event.timestamp, event.timestamp);
  stream.lastIngestionTime = event.ingestionTime;
}

function forgetOldest(stream: Stream): void {
  let forgotten = 0;
  for (const { message } of stream.events) {
    if (stream.bytes <= keptBytesPerStream) break;
    stream.bytes -= sizeOf(message);
    forgotten++;
  }
  if (forgotten > 0) stream.events.splice(0, forgotten);
}

function sizeOf(message: string): number {
  return Buffer.byteLength(message) + eventOverhead;
}
