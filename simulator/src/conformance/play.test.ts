import { afterAll, expect, test } from "vitest";
import { startTestSimulator } from "../test-simulator.support.ts";
import { findLeft, playAll } from "./play.ts";
import setUps from "./set-ups.json" with { type: "json" };
import { forAccount, type SetUp, scrubbed } from "./set-ups.ts";

const simulator = await startTestSimulator({ permissions: "enforce", accountId: "111122223333" });
afterAll(() => simulator.close());
const config = { ...simulator.clientConfig, forcePathStyle: true };
const all = (setUps as readonly SetUp[]).filter(({ notPlayed }) => notPlayed === undefined);
const signal = new AbortController().signal;
const pause = () => simulator.clock.foreground.wait(1000);
const options = { config, account: "111122223333", settleMs: 0, pause, signal, onPlayed: () => {} };

test("the simulator answers each set-up as AWS does, in any account, and keeps nothing of them", async () => {
  const played = await playAll(all, options);
  const others = played.filter(({ isAsExpected }) => !isAsExpected);
  expect(others.map(({ setUp, answer }) => `${setUp.that}: ${answer}`)).toEqual([]);
  expect(played.length).toBeGreaterThan(56);
  expect(JSON.stringify(played)).not.toContain("111122223333");
  expect(await findLeft(config)).toEqual([]);
});

test.each([
  ["a denied call of its own", { kind: "deny", operation: "sts:AssumeRole", after: 3, times: 30 }],
  ["a fixture that fails", { kind: "server-error", operation: "s3:PutObject" }],
] as const)("leaves nothing after %s", async (_, fault) => {
  simulator.faults.add(fault);
  await expect(playAll(all.slice(0, 6), options)).rejects.toThrow();
  simulator.faults.clear();
  expect(await findLeft(config)).toEqual([]);
});

test("leaves nothing when it is aborted", async () => {
  const ending = new AbortController();
  const onPlayed = () => ending.abort(new Error("ended"));
  await expect(playAll(all, { ...options, signal: ending.signal, onPlayed })).rejects.toThrow("ended");
  expect(await findLeft(config)).toEqual([]);
});

test("an answer has no account, name or id of the run", () => {
  const text = "role/conformance-web of 111122223333 by AROAABCDEFGHIJKLMNOP (RequestID: F00D)";
  expect(scrubbed(text, "111122223333")).toBe("role/web of 123456789012 by … (RequestID: …)");
  const bucket = forAccount("arn:aws:s3:::artifacts/web.zip", "111122223333");
  expect(bucket).toBe("arn:aws:s3:::conformance-artifacts-111122223333/conformance-web.zip");
  expect(scrubbed(bucket, "111122223333")).toBe("arn:aws:s3:::artifacts/web.zip");
});
