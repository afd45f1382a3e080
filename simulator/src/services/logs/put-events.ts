import type { InputLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { findGroup, findStream, invalid, type LogsState, type StoredEvent, type Stream } from "./state.ts";

/** Limits of one PutLogEvents call, and the 26 bytes that each event counts in addition to its text (API reference). */
const maxBatchEvents = 10_000;
const maxBatchBytes = 1_048_576;
const eventOverhead = 26;
const hour = 3_600_000;
const oldestAccepted = 14 * 24 * hour;
const newestAccepted = 2 * hour;

/**
 * Newest bytes kept per stream; older events are dropped. A stream is one task's output, and a dozen tasks log every
 * request of a load test. The limit is the maximum of one response of GetLogEvents (1 MB, API reference), some 5000
 * such lines.
 */
export const keptBytesPerStream = 1024 * 1024;

export function putEventsOperations(state: LogsState): Service<"logs">["operations"] {
  return {
    putLogEvents: (input) => {
      // A sequence token is accepted and ignored, as by AWS since January 2023.
      refuseUnsupported("InvalidParameterException", "PutLogEvents", input, [
        "logGroupName",
        "logStreamName",
        "logEvents",
        "sequenceToken",
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
