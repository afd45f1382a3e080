import { randomUUID } from "node:crypto";
import type { PutEventsRequestEntry, PutEventsResultEntry } from "@aws-sdk/client-eventbridge";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Caller, Operations } from "../api.ts";
import { type BusEvent, isObject } from "./event-pattern.ts";
import { send } from "./schedule.ts";
import { type EventsState, invalid, refuseOtherBus, unsupported } from "./state.ts";

/** Maximum of one request. Source: PutEvents, EventBridge API reference. */
const mostEntries = 10;
/** Maximum bytes of a request's entries together. Source: the same. */
const mostBytes = 1_048_576;

/** In-process callers are services of the simulator; only they may send events of AWS. */
const inProcess = "in-process";

export function eventOperations(state: EventsState): Operations<"events"> {
  return {
    putEvents: ({ Entries = [], ...rest }, caller) => {
      refuseUnsupported(unsupported, "PutEvents", rest, []);
      if (Entries.length === 0 || Entries.length > mostEntries)
        throw invalid(`Entries must have 1 to ${mostEntries} events, not ${Entries.length}.`);
      if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > mostBytes)
        throw invalid("Total size of the entries in the request is over the limit.");
      const results = Entries.map((entry) => accept(state, entry, caller));
      return {
        FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
        Entries: results,
      };
    },
  };
}

/** Source: "Calculating PutEvents event entry size", EventBridge user guide. */
function sizeOf({ Time, Source, DetailType, Detail, Resources = [] }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time ? 14 : 0) + Buffer.byteLength(texts.join(""));
}

function accept(state: EventsState, entry: PutEventsRequestEntry, caller: Caller): PutEventsResultEntry {
  try {
    refuseUnsupported("InvalidArgument", "an entry of PutEvents", entry, [
      "Source DetailType Detail Resources Time EventBusName",
    ]);
    refuseOtherBus(state, entry.EventBusName);
    const event = toEvent(state, entry, caller);
    spread(state, event);
    return { EventId: event.id };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ErrorCode: error.code, ErrorMessage: error.message };
  }
}

function toEvent(
  { environment }: EventsState,
  { Source, DetailType, Detail, Resources = [], Time }: PutEventsRequestEntry,
  caller: Caller,
): BusEvent {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail }))
    if (!value)
      throw new AwsError(
        "InvalidArgument",
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
  if (Source?.startsWith("aws.") && caller.accessKeyId !== inProcess)
    throw new AwsError("NotAuthorizedForSourceException", "Not authorized for the source.");
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": DetailType ?? "",
    source: Source ?? "",
    account: environment.accountId,
    time: (Time ?? environment.clock.now()).toISOString().replace(/\.\d+Z$/, "Z"),
    region: environment.region,
    resources: Resources,
    detail: parseDetail(Detail ?? ""),
  };
}

function parseDetail(text: string): object {
  try {
    const detail: unknown = JSON.parse(text);
    if (isObject(detail)) return detail;
  } catch {
    // Reported below, like any other value that is not an object.
  }
  throw new AwsError("MalformedDetail", "Detail is malformed.");
}

/** Sends an event to the targets of every enabled rule that matches. The caller does not wait for them. */
function spread(events: EventsState, event: BusEvent): void {
  for (const rule of events.rules.values())
    if (rule.state === "ENABLED" && rule.pattern?.matches(event)) send(events, rule, event);
}
