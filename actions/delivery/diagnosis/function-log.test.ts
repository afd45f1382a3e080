import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { createFakeAws, fakeConfig, named } from "../../core/fake-aws.support.ts";
import type { EcsContext } from "../../ecs/context.ts";
import { readFunctionLog } from "./function-log.ts";

const target = "arn:aws:lambda:eu-west-1:1:function:smoke-test:live";
const message = "2026-11-30T09:49:47.517Z\t65895cc3-49e0-4231-9f4b-e7b1bcd29115\tERROR\tno prices\n";

test.each<[string, object, string[], string]>([
  [
    "without Lambda's own",
    { events: [{ message: "START RequestId: 1" }, { message }] },
    ["ERROR\tno prices"],
    "",
  ],
  [
    "none when denied, and says so",
    named("AccessDeniedException"),
    [],
    "lacks logs:FilterLogEvents on /aws/lambda/smoke-test",
  ],
  [
    "none of another log group, and says so",
    named("ResourceNotFoundException"),
    [],
    "(its LoggingConfig may name another",
  ],
  ["none of a silent function", { events: [] }, [], ""],
])("returns the lines of a hook's log, %s", async (_, answer, lines, warning) => {
  const { answers, inputs, fake } = createFakeAws();
  answers.FilterLogEvents = answer;
  const warnings: string[] = [];
  const context = {
    clients: { logs: async () => fake(new CloudWatchLogsClient(fakeConfig)) },
    clock: { wait: async () => {} },
    log: { warning: (text: string) => void warnings.push(text) },
    signal: new AbortController().signal,
  } as unknown as EcsContext;
  expect(await readFunctionLog(context, target, new Date(7))).toEqual(lines);
  expect(inputs("FilterLogEvents")[0]).toMatchObject({
    logGroupName: "/aws/lambda/smoke-test",
    startTime: 7,
  });
  expect(warnings.join()).toContain(warning);
});
