import type { Service } from "../api.ts";
import { page } from "./groups.ts";
import { alreadyExists, findGroup, findStream, invalid, type LogsState, type Stream } from "./state.ts";

export function streamOperations(state: LogsState): Service<"logs">["operations"] {
  return {
    createLogStream: (input) => {
      const group = findGroup(state, { logGroupName: input.logGroupName });
      const name = input.logStreamName ?? "";
      if (!/^[^:*]{1,512}$/.test(name))
        throw invalid(`'${name}' is not a log stream name: 1 to 512 characters without ':' and '*'.`);
      if (group.streams.has(name)) throw alreadyExists("The specified log stream already exists");
      group.streams.set(name, { name, creationTime: state.now(), events: [], bytes: 0 });
      return {};
    },
    deleteLogStream: (input) => {
      const group = findGroup(state, { logGroupName: input.logGroupName });
      group.streams.delete(findStream(group, input.logStreamName).name);
      return {};
    },
    describeLogStreams: (input) => {
      const group = findGroup(state, input);
      const { orderBy = "LogStreamName", logStreamNamePrefix: prefix, descending = false } = input;
      if (orderBy === "LastEventTime" && prefix !== undefined)
        throw invalid("Cannot order by LastEventTime with a logStreamNamePrefix.");
      const matching = [...group.streams.values()]
        .filter(({ name }) => name.startsWith(prefix ?? ""))
        .sort(orderBy === "LastEventTime" ? byLastEvent : byName);
      const { items, nextToken } = page(descending ? matching.reverse() : matching, input);
      const arn = state.arnOf(group);
      return { logStreams: items.map((stream) => describe(arn, stream)), nextToken };
    },
  };
}

function byName(a: Stream, b: Stream): number {
  return a.name < b.name ? -1 : 1;
}

function byLastEvent(a: Stream, b: Stream): number {
  return (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0) || byName(a, b);
}

function describe(groupArn: string, stream: Stream) {
  return {
    logStreamName: stream.name,
    creationTime: stream.creationTime,
    firstEventTimestamp: stream.firstEventTimestamp,
    lastEventTimestamp: stream.lastEventTimestamp,
    lastIngestionTime: stream.lastIngestionTime,
    arn: `${groupArn}:log-stream:${stream.name}`,
    // AWS reports 0 for every stream since 2019 (DescribeLogStreams, API reference).
    storedBytes: 0,
  };
}
