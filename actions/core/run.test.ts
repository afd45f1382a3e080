import { info } from "@actions/core";
import { expect, test } from "vitest";
import { appendSummary } from "./card.ts";
import { type Given, runHere } from "./entry.support.ts";
import { Failure } from "./failure.ts";
import { runAction, toFailure } from "./run.ts";
import { readTextFile } from "./text-file.ts";

async function run(main: Parameters<typeof runAction>[0], onLine?: Given["onLine"]) {
  const { exitCode, lines } = await runHere(() => runAction(main), { onLine });
  return { exitCode, annotations: lines.filter((line) => /^::error( .*)?::/.test(line)) };
}

test("reports a failure in one annotation with the next step, and is red", async () => {
  const main = () => Promise.reject(new Failure("It broke.", { nextStep: "fix it." }));
  expect(await run(main)).toEqual({ exitCode: 1, annotations: ["::error::It broke. Next step: fix it."] });
});

test("shows a failure that has a place there", async () => {
  const place = { file: "infra/a.yaml", line: 3 };
  const main = () => Promise.reject(new Failure("It broke.", { place }));
  expect(await run(main)).toEqual({
    exitCode: 1,
    annotations: ["::error file=infra/a.yaml,line=3::It broke."],
  });
});

test("shows the cause in the summary of a step without one, after a step that has one", async () => {
  const green = await runHere(() => runAction(() => appendSummary("done")));
  const red = await runHere(() => runAction(() => Promise.reject(new Failure("It broke."))));
  expect(green.summary).toBe("done\n\n");
  expect(red.summary).toContain("It broke.");
});

test("is green and silent on success", async () => {
  expect(await run(async () => {})).toEqual({ exitCode: 0, annotations: [] });
});

test.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
  "aborts the signal on %s and allows main to clean up",
  async (signal) => {
    const main = async (cancellation: AbortSignal) => {
      const aborted = new Promise((resolve) => cancellation.addEventListener("abort", resolve));
      info("waiting");
      await aborted;
      throw cancellation.reason;
    };
    const result = await run(main, (line, kill) => void (line === "waiting" && kill(signal)));
    expect(result).toEqual({ exitCode: 1, annotations: [`::error::Cancelled by ${signal}.`] });
  },
);

test.each<[string, unknown, RegExp]>([
  [
    "a TypeError",
    new TypeError("Cannot read properties of null (reading 'startsWith')"),
    /^A bug in this action, not in your files, ended it after it read .*package\.json \(TypeError: Cannot read/,
  ],
  ["no error at all", "oops", /^A bug in this action.*\(oops\)/],
  [
    "a file system's error",
    Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" }),
    /^EACCES: permission denied$/,
  ],
  [
    "a connection's error",
    new TypeError("fetch failed", {
      cause: Object.assign(new Error("certificate has expired"), { code: "CERT_HAS_EXPIRED" }),
    }),
    /^certificate has expired$/,
  ],
  ["a failure", new Failure("It broke."), /^It broke\.$/],
])("explains %s to the user", (_, error, message) => {
  readTextFile("package.json");
  expect(toFailure(error, new AbortController().signal).message).toMatch(message);
});
