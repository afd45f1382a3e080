import { expect, test } from "vitest";
import { createPatience, pollUntil } from "./outage-tolerance.ts";

const minute = 60_000;
const outage = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

function contextAt(start: number) {
  let now = start;
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const wait = async (ms: number) => {
    now += ms;
  };
  const log = { info: write, notice: write, warning: write };
  return { clock: { now: () => now, wait }, log, signal: new AbortController().signal, lines };
}

test.each([
  [5 * minute - 1, false],
  [5 * minute, true],
])("gives up an outage of %i ms: %s", async (ms, givesUp) => {
  const context = contextAt(0);
  const ask = createPatience(context);
  const fail = () => Promise.reject(outage);
  expect(await ask(fail)).toBeUndefined();
  await context.clock.wait(ms);
  await (givesUp ? expect(ask(fail)).rejects.toBe(outage) : expect(ask(fail)).resolves.toBeUndefined());
});

test("counts an outage from its own beginning, and reports begin and end once", async () => {
  const context = contextAt(0);
  const ask = createPatience(context);
  const answers = [outage, outage, "up", "up", outage];
  const call = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  for (const expected of [undefined, undefined, "up", "up", undefined]) {
    expect(await ask(call)).toBe(expected);
    await context.clock.wait(4 * minute);
  }
  const begin = "AWS does not respond (read ECONNRESET); trying again for up to 5 min.";
  expect(context.lines).toEqual([begin, "AWS responds again.", begin]);
});

test("polls at the deadline for the last time", async () => {
  const context = contextAt(0);
  const seen: [number, boolean][] = [];
  const check = (now: number, late: boolean) => {
    seen.push([now, late]);
    return late ? "late" : undefined;
  };
  expect(await pollUntil(context, async () => context.clock.now(), check, 10_000)).toBe("late");
  expect(seen.at(-1)).toEqual([10_000, true]);
  expect(seen.slice(0, -1).every(([, late]) => !late)).toBe(true);
});
