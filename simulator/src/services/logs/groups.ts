import { pager } from "../../kit/page.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkedTags, tagOperations, tagRecord } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import {
  alreadyExists,
  findGroup,
  type Group,
  invalid,
  type LogsState,
  nameOf,
  notFound,
  type Stream,
} from "./state.ts";

/** Source: PutRetentionPolicy, CloudWatch Logs API reference. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export function groupOperations(state: LogsState): Operations<"logs"> {
  return {
    createLogGroup: (input) => {
      const { logGroupName: name = "", logGroupClass, tags = {} } = input;
      refuseUnsupported("InvalidParameterException", "CreateLogGroup", input, [
        "logGroupName logGroupClass tags",
      ]);
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name))
        throw invalid(
          `'${name}' is not a log group name: 1 to 512 characters out of a-z, A-Z, 0-9, '_', '-', '/', '.' and '#'.`,
        );
      if (logGroupClass !== undefined && logGroupClass !== "STANDARD")
        throw invalid(`The simulator keeps log groups of class STANDARD only, not ${logGroupClass}.`);
      if (state.groups.has(name)) throw alreadyExists("The specified log group already exists");
      const held = checkedTags(tagRecord.read(tags), { tooMany: "InvalidParameterException" });
      state.groups.set(name, { name, creationTime: state.now(), streams: new Map(), tags: held });
      return {};
    },
    deleteLogGroup: (input) => {
      state.groups.delete(findGroup(state, input).name);
      return {};
    },
    describeLogGroups: (input) => {
      refuseUnsupported("InvalidParameterException", "DescribeLogGroups", input, [
        "logGroupNamePrefix logGroupNamePattern limit nextToken",
      ]);
      const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
      if (prefix !== undefined && pattern !== undefined)
        throw invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
      const matching = [...state.groups.values()]
        .filter(({ name }) => name.startsWith(prefix ?? ""))
        .filter(({ name }) => name.toLowerCase().includes((pattern ?? "").toLowerCase()))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(matching, input);
      return { logGroups: items.map((group) => describe(state, group)), nextToken };
    },
    putRetentionPolicy: (input) => {
      const group = findGroup(state, input);
      const days = input.retentionInDays as number;
      if (!retentions.includes(days))
        throw invalid(`retentionInDays must be one of ${retentions.join(", ")}, not ${days}.`);
      group.retentionInDays = days;
      return {};
    },
    deleteRetentionPolicy: (input) => {
      delete findGroup(state, input).retentionInDays;
      return {};
    },
  };
}

function describe(state: LogsState, group: Group) {
  const arn = state.arnOf(group);
  return {
    logGroupName: group.name,
    creationTime: group.creationTime,
    retentionInDays: group.retentionInDays,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes: [...group.streams.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    logGroupClass: "STANDARD" as const,
  };
}

/** Tags of log groups; no other resource that the simulator keeps here has any. */
export function logTagOperations(state: LogsState): Operations<"logs"> {
  const groupOf = (arn: string): Group => {
    const group = arn.startsWith("arn:") ? state.groups.get(nameOf(arn)) : undefined;
    if (!group) throw notFound("The specified resource does not exist.");
    return group;
  };
  return tagOperations(
    ["resourceArn", "tags", "tagKeys"],
    tagRecord,
    { tooMany: "TooManyTagsException" },
    (arn) => groupOf(arn).tags,
  );
}

/** One page of a sorted list. Sizes: CloudWatch Logs API reference. */
const page = pager({
  size: "limit",
  token: "nextToken",
  standard: 50,
  code: "InvalidParameterException",
});

export function streamOperations(state: LogsState): Operations<"logs"> {
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
      return { logStreams: items.map((stream) => describeStream(arn, stream)), nextToken };
    },
  };
}

function byName(a: Stream, b: Stream): number {
  return a.name < b.name ? -1 : 1;
}

function byLastEvent(a: Stream, b: Stream): number {
  return (a.lastEventTimestamp ?? 0) - (b.lastEventTimestamp ?? 0) || byName(a, b);
}

function describeStream(groupArn: string, stream: Stream) {
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
