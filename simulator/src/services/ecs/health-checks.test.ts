import { expect, test } from "vitest";
import type { Clock } from "../../clock.ts";
import { watchHealth } from "./health-checks.ts";

const scale = 60;

/** Runs a check that always fails; returns the real milliseconds after which the container is unhealthy. */
async function unhealthyAfter(startPeriod: number, waitedMs: (nowMs: number) => number): Promise<number> {
  let nowMs = 0;
  const ended = new AbortController();
  const clock: Clock = {
    scale,
    now: () => new Date(nowMs),
    toWall: (ms) => ms / scale,
    async wait(ms) {
      nowMs += ms / scale;
      ended.signal.throwIfAborted();
    },
  };
  await watchHealth({
    check: { command: ["CMD", "false"], interval: 30, retries: 3, startPeriod },
    clock,
    container: {
      exec: async () => ({ exitCode: 1, output: "" }),
      usage: async () => ({ cpuNs: 0, memoryBytes: 0, waitedMs: waitedMs(nowMs) }),
    },
    signal: ended.signal,
    onChecked: ({ status }) => status === "UNHEALTHY" && ended.abort(),
  });
  return nowMs;
}

test.each<[string, number, (nowMs: number) => number, number]>([
  ["could always run", 0, () => 0, 6_500],
  ["waited for a core half of the time", 0, (nowMs) => nowMs / 2, 11_500],
  ["waited for a core for three seconds at its start", 0, () => 3_000, 9_500],
  ["has a longer start period", 600, () => 0, 11_500],
])("fails a container that %s", async (_, startPeriod, waitedMs, expectedMs) => {
  expect(Math.round((await unhealthyAfter(startPeriod, waitedMs)) / 500) * 500).toBe(expectedMs);
});
