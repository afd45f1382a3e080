import { EventBridge } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../kit/calls.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";

const warnings: string[] = [];
const simulator = await startTestSimulator({ warn: (message) => warnings.push(message) });
afterAll(() => simulator.close());
const events = new EventBridge({ ...simulator.clientConfig, maxAttempts: 1 });

const logGroup = "/aws/events/seen";
await simulator.aws.logs.createLogGroup({ logGroupName: logGroup });
const logArn = `arn:aws:logs:us-east-1:123456789012:log-group:${logGroup}`;
const pattern = (name: string) => JSON.stringify({ source: ["test"], detail: { name: [name] } });

let made = 0;
let rule: string;
beforeEach(async () => {
  rule = `rule-${made++}`;
  await events.putRule({ Name: rule, EventPattern: pattern(rule), Tags: [{ Key: "phase", Value: "8" }] });
});

const put = (detail: object, more = {}) =>
  events.putEvents({
    Entries: [{ Source: "test", DetailType: "Test", Detail: JSON.stringify(detail), ...more }],
  });
const seen = async (): Promise<string[]> => {
  const { events: lines = [] } = await simulator.aws.logs.filterLogEvents({ logGroupName: logGroup });
  return lines.map(({ message = "" }) => message);
};

describe("a rule", () => {
  it("is described, listed, changed, switched and removed", async () => {
    const arn = `arn:aws:events:us-east-1:123456789012:rule/${rule}`;
    expect(await events.describeRule({ Name: rule })).toMatchObject({
      Arn: arn,
      EventPattern: pattern(rule),
      State: "ENABLED",
      EventBusName: "default",
    });
    expect((await events.listTagsForResource({ ResourceARN: arn })).Tags).toEqual([
      { Key: "phase", Value: "8" },
    ]);
    await events.putRule({ Name: rule, EventPattern: pattern("other"), Description: "why" });
    await events.disableRule({ Name: rule });
    expect((await events.listRules({ NamePrefix: rule })).Rules).toMatchObject([
      { Name: rule, State: "DISABLED", Description: "why", EventPattern: pattern("other") },
    ]);
    await events.putTargets({ Rule: rule, Targets: [{ Id: "log", Arn: logArn }] });
    expect((await events.listRuleNamesByTarget({ TargetArn: logArn })).RuleNames).toContain(rule);
    expect(await refusal(events.deleteRule({ Name: rule }))).toMatch(/since it has targets/);
    expect(await events.removeTargets({ Rule: rule, Ids: ["log", "no"] })).toMatchObject({
      FailedEntryCount: 1,
      FailedEntries: [{ TargetId: "no" }],
    });
    await events.deleteRule({ Name: rule });
    expect(await refusal(events.describeRule({ Name: rule }))).toMatch(/^400 ResourceNotFoundException/);
  });

  it("passes matching events to its targets while it is enabled", async () => {
    await events.putTargets({
      Rule: rule,
      Targets: [{ Id: "whole", Arn: logArn }],
    });
    await put({ name: "nobody's" });
    const { Entries = [] } = await put({ name: rule, images: ["a", "b"] }, { Resources: ["arn:x"] });
    await simulator.clock.eventually(async () => expect((await seen()).length).toBe(1));
    const lines = (await seen()).map((line) => JSON.parse(line));
    expect(lines).toContainEqual({
      version: "0",
      id: Entries[0]?.EventId,
      "detail-type": "Test",
      source: "test",
      account: "123456789012",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: "us-east-1",
      resources: ["arn:x"],
      detail: { name: rule, images: ["a", "b"] },
    });
    await events.disableRule({ Name: rule });
    await put({ name: rule });
    expect(await seen()).toHaveLength(1);
  });

  it("warns the operator of a target that refuses the event", async () => {
    const gone = { Id: "gone", Arn: `${logArn}-gone` };
    await events.putTargets({ Rule: rule, Targets: [gone] });
    await put({ name: rule });
    await simulator.clock.eventually(async () =>
      expect(await warnings.join("\n")).toMatch(/did not reach .*seen-gone: .*does not exist/),
    );
  });
});

it("refuses an event alone, when others are accepted", async () => {
  const Detail = "{}";
  const { FailedEntryCount, Entries } = await events.putEvents({
    Entries: [
      { Source: "aws.ecr", DetailType: "ECR Image Action", Detail },
      { Source: "test", DetailType: "Test", Detail: "[1]" },
      { Source: "test", Detail },
      { Source: "test", DetailType: "Test", Detail },
    ],
  });
  expect(FailedEntryCount).toBe(3);
  expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
    "NotAuthorizedForSourceException",
    "MalformedDetail",
    "InvalidArgument",
    undefined,
  ]);
});

it("services of the simulator send events of AWS", async () => {
  const entry = { Source: "aws.ecr", DetailType: "ECR Image Action", Detail: "{}" };
  expect(await simulator.aws.events.putEvents({ Entries: [entry] })).toMatchObject({ FailedEntryCount: 0 });
});
