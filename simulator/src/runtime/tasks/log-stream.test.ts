import type { PutLogEventsCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import type { Aws } from "../../services/api.ts";
import { logs as definition } from "../../services/logs/service.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import { openLogStream } from "./log-stream.ts";

const caller = { accessKeyId: "test", sourceIp: "127.0.0.1" };

/** Writes lines in one flush to the simulated service; returns the calls, the whole log and what it warned of. */
async function write(lines: readonly string[]) {
  const environment = await createTestEnvironment();
  await environment.remove();
  const { operations } = definition.create(environment);
  const calls: PutLogEventsCommandInput[] = [];
  const warnings: string[] = [];
  const call = (name: string) => async (input: PutLogEventsCommandInput) => {
    if (name === "putLogEvents") calls.push(input);
    return (operations as unknown as Record<string, (input: object, by: object) => object>)[name]?.(
      input,
      caller,
    );
  };
  const logs = new Proxy({}, { get: (_, name) => call(String(name)) }) as Aws["logs"];
  const { clock } = environment;
  const warn = (message: string) => void warnings.push(message);
  const stream = await openLogStream(logs, { group: "g", stream: "s", createGroup: true, clock, warn });
  for (const line of lines) stream.write(line);
  await stream.flush();
  return {
    calls,
    warnings,
    written: calls.flatMap(({ logEvents = [] }) => logEvents.map((each) => each.message)),
  };
}

test.each<[string, string[], number]>([
  ["5 MB of lines", Array.from({ length: 50_000 }, (_, index) => `${index} ${"x".repeat(100)}`), 7],
  ["25,000 short lines", Array.from({ length: 25_000 }, (_, index) => `${index}`), 3],
  ["what just fits", ["x".repeat(1_048_576 - 26)], 1],
])("writes %s in several calls, in order and without loss", async (_, lines, calls) => {
  const found = await write(lines);
  expect(found.warnings).toEqual([]);
  expect(found.written).toEqual(lines);
  expect(found.calls).toHaveLength(calls);
});

test("splits a line of 2 MB between characters", async () => {
  const line = `a${"é".repeat(1_048_576)}z`;
  const { warnings, written } = await write(["before", line, "after"]);
  expect(warnings).toEqual([]);
  expect(written.slice(1, -1).join("") === line).toBe(true);
  expect([written.length, written[0], written.at(-1)]).toEqual([5, "before", "after"]);
});
