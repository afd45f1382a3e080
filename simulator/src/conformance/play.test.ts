import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { webProgram } from "../runtime/tasks/in-process-runtime.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import { startTestSimulator, testListenerPortOffset } from "../test-simulator.support.ts";
import { files, type Item } from "./items.ts";
import { playAll } from "./play.ts";
import { findLeft } from "./remove.ts";
import { forAccount, scrubbed } from "./set-ups.ts";

const simulator = await startTestSimulator({ permissions: "enforce", accountId: "111122223333" });
afterAll(() => simulator.close());
const config = { ...simulator.clientConfig, forcePathStyle: true };
const items = Object.values<readonly Item[]>(files).flat();
const all = items.filter(({ setUp }) => setUp.notPlayed === undefined);
const signal = new AbortController().signal;
const pause = () => simulator.clock.foreground.wait(1000);
const options = {
  ...{ config, account: "111122223333", settleMs: 0, pause, signal, onPlayed: () => {} },
  pushImage: (repositoryUri: string) => pushProgram(simulator, repositoryUri, webProgram),
  request: async () =>
    String(
      (await simulator.clock.during(fetch(`http://127.0.0.1:${80 + testListenerPortOffset()}/`))).status,
    ),
};

test("the simulator answers each set-up of permissions as AWS does, in any account, and keeps nothing of them", async () => {
  const played = await playAll(
    all.filter(({ kind }) => kind === "role"),
    options,
  );
  const others = played.filter(({ isAsExpected }) => !isAsExpected);
  expect(others.map(({ item, answer }) => `${item.title}: ${answer}`)).toEqual([]);
  expect(JSON.stringify(played)).not.toContain("111122223333");
  expect(await findLeft(config)).toEqual([]);
});

test.each(["CONTRIBUTING.md", "CHANGELOG.md"])("%s has the number of set-ups", async (file) => {
  const text = await readFile(join(import.meta.dirname, "../../..", file), "utf8");
  expect(text).toContain(`${all.length} of ${items.length} set-ups`);
});

test.each([
  ["a denied call of its own", "a role", { kind: "deny", operation: "sts:AssumeRole", after: 3, times: 30 }],
  ["a fixture that fails", "a role", { kind: "server-error", operation: "s3:PutObject" }],
  ["endpoints and groups whose task fails", "endpoints: nothing", { kind: "deny", operation: "ecs:RunTask" }],
  ["a NAT gateway whose task fails", "nat: nothing", { kind: "deny", operation: "ecs:RunTask" }],
  ["half a network", "nat: nothing", { kind: "server-error", operation: "ec2:CreateRoute" }],
  [
    "a stack whose removal fails",
    "everything is open",
    { kind: "deny", operation: "cloudformation:DeleteStack", times: 1 },
  ],
] as const)("leaves nothing after %s", async (_, title, fault) => {
  simulator.faults.add(fault);
  const played = playAll(all.filter((item) => item.title.includes(title)).slice(0, 6), options);
  await expect(played).rejects.toThrow();
  simulator.faults.clear();
  expect(await findLeft(config)).toEqual([]);
});

test("an answer has no account, name or id of the run", () => {
  const text = "role/conformance-web of 111122223333 by AROAABCDEFGHIJKLMNOP (RequestID: F00D)";
  expect(scrubbed(text, "111122223333")).toBe("role/web of 123456789012 by … (RequestID: …)");
  const bucket = forAccount("arn:aws:s3:::artifacts/web.zip", "111122223333");
  expect(bucket).toBe("arn:aws:s3:::conformance-artifacts-111122223333/conformance-web.zip");
  expect(scrubbed(bucket, "111122223333")).toBe("arn:aws:s3:::artifacts/web.zip");
});
