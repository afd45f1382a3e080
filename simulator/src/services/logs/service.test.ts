import { describe, expect, it } from "vitest";
import { asyncCallerOf } from "../../kit/calls.support.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { logs as definition } from "./service.ts";

const stream = { logGroupName: "awslogs-capstone", logStreamName: "awslogs-capstone/customer/1" };

async function logsWith(messages: readonly string[] = []) {
  const environment = await createTestEnvironment();
  await environment.remove();
  const call = asyncCallerOf(definition.create(environment));
  await call("createLogGroup", { logGroupName: stream.logGroupName });
  await call("createLogStream", stream);
  const now = Date.now();
  if (messages.length > 0)
    await call("putLogEvents", {
      ...stream,
      logEvents: messages.map((message, index) => ({ message, timestamp: now - 1000 + index })),
    });
  return call;
}

const texts = (answer: { events: { message: string }[] }) => answer.events.map(({ message }) => message);

describe("reading a stream", () => {
  it("follows it forward until the token stays the same, and continues with later events", async () => {
    const call = await logsWith(["a", "b", "c"]);
    const first = await call("getLogEvents", { ...stream, startFromHead: true, limit: 2 });
    const second = await call("getLogEvents", { ...stream, nextToken: first.nextForwardToken, limit: 2 });
    const end = await call("getLogEvents", { ...stream, nextToken: second.nextForwardToken });
    expect([texts(first), texts(second), texts(end)]).toEqual([["a", "b"], ["c"], []]);
    expect(end.nextForwardToken).toBe(second.nextForwardToken);
    await call("putLogEvents", { ...stream, logEvents: [{ message: "d", timestamp: Date.now() }] });
    expect(texts(await call("getLogEvents", { ...stream, nextToken: end.nextForwardToken }))).toEqual(["d"]);
  });

  it("returns the newest events first unless it starts from the head, then pages back", async () => {
    const call = await logsWith(["a", "b", "c"]);
    const newest = await call("getLogEvents", { ...stream, limit: 2 });
    const older = await call("getLogEvents", { ...stream, nextToken: newest.nextBackwardToken });
    expect([texts(newest), texts(older)]).toEqual([["b", "c"], ["a"]]);
  });

  it("returns a megabyte at a time, and keeps only the newest eight of a stream", async () => {
    const call = await logsWith();
    const line = "x".repeat(100_000);
    for (let round = 0; round < 10; round++)
      await call("putLogEvents", {
        ...stream,
        logEvents: Array.from({ length: 10 }, (_, index) => ({
          message: `${round}/${index}${line}`,
          timestamp: Date.now(),
        })),
      });
    const heads = (answer: { events: { message: string }[] }) =>
      texts(answer).map((text) => text.slice(0, 3));
    const newest = await call("getLogEvents", stream);
    expect(heads(newest)).toEqual(Array.from({ length: 10 }, (_, index) => `9/${index}`));
    const oldest = await call("getLogEvents", { ...stream, startFromHead: true });
    expect(heads(oldest)).toHaveLength(10);
    expect(heads(oldest)[0]).toBe("1/7");
    const filtered = await call("filterLogEvents", { logGroupName: stream.logGroupName });
    expect([heads(filtered), filtered.nextToken]).toEqual([heads(oldest), expect.any(String)]);
  });
});

describe("filtering a group", () => {
  it.each([
    ["", ["GET / 200", "GET /x 404", "Error: no database"]],
    ["GET", ["GET / 200", "GET /x 404"]],
    ["GET 404", ["GET /x 404"]],
    ['"Error: no"', ["Error: no database"]],
    ["get", []],
  ])("pattern '%s'", async (filterPattern, expected) => {
    const call = await logsWith(["GET / 200", "GET /x 404", "Error: no database"]);
    expect(
      texts(await call("filterLogEvents", { logGroupName: stream.logGroupName, filterPattern })),
    ).toEqual(expected);
  });

  it("pages over several streams in the order of time", async () => {
    const call = await logsWith(["a", "c"]);
    const other = { ...stream, logStreamName: "awslogs-capstone/customer/2" };
    await call("createLogStream", other);
    await call("putLogEvents", { ...other, logEvents: [{ message: "b", timestamp: Date.now() - 1000 }] });
    const group = { logGroupName: stream.logGroupName };
    const all = texts(await call("filterLogEvents", group));
    const first = await call("filterLogEvents", { ...group, limit: 2 });
    const rest = await call("filterLogEvents", { ...group, nextToken: first.nextToken });
    expect([...texts(first), ...texts(rest)]).toEqual(all);
    expect(rest.nextToken).toBeUndefined();
  });
});

describe("groups and streams", () => {
  it("lists the stream with the latest event first on request", async () => {
    const call = await logsWith(["a"]);
    await call("createLogStream", { ...stream, logStreamName: "quiet" });
    const { logStreams } = await call("describeLogStreams", {
      logGroupName: stream.logGroupName,
      orderBy: "LastEventTime",
      descending: true,
    });
    expect(logStreams.map(({ logStreamName }: { logStreamName: string }) => logStreamName)).toEqual([
      stream.logStreamName,
      "quiet",
    ]);
  });

  it("pages log groups 50 at a time", async () => {
    const call = await logsWith();
    for (let index = 0; index < 50; index++) await call("createLogGroup", { logGroupName: `group-${index}` });
    const first = await call("describeLogGroups", {});
    const rest = await call("describeLogGroups", { nextToken: first.nextToken });
    expect([first.logGroups.length, rest.logGroups.length, rest.nextToken]).toEqual([50, 1, undefined]);
  });

  it("keeps retention and tags", async () => {
    const call = await logsWith();
    await call("putRetentionPolicy", { logGroupName: stream.logGroupName, retentionInDays: 7 });
    const [group] = (await call("describeLogGroups", { logGroupNamePrefix: "awslogs" })).logGroups;
    expect(group.retentionInDays).toBe(7);
    await call("tagResource", { resourceArn: group.arn, tags: { a: "1", b: "2" } });
    await call("untagResource", { resourceArn: group.arn, tagKeys: ["a"] });
    expect(await call("listTagsForResource", { resourceArn: group.logGroupArn })).toEqual({
      tags: { b: "2" },
    });
  });
});
