import { info } from "@actions/core";
import { expect, test } from "vitest";
import { type Given, runHere } from "./entry.support.ts";
import { Failure } from "./failure.ts";
import { runAction } from "./run.ts";

async function run(main: Parameters<typeof runAction>[0], onLine?: Given["onLine"]) {
  const { exitCode, lines } = await runHere(() => runAction(main), { onLine });
  return { exitCode, annotations: lines.filter((line) => /^::error( .*)?::/.test(line)) };
}

test("a failure is one annotation with the next step, and red", async () => {
  const main = () => Promise.reject(new Failure("It broke.", { nextStep: "mend it." }));
  expect(await run(main)).toEqual({ exitCode: 1, annotations: ["::error::It broke. Next step: mend it."] });
});

test("a failure that has a place is shown there", async () => {
  const place = { file: "infra/a.yaml", line: 3 };
  const main = () => Promise.reject(new Failure("It broke.", { place }));
  expect(await run(main)).toEqual({
    exitCode: 1,
    annotations: ["::error file=infra/a.yaml,line=3::It broke."],
  });
});

test("success is green and silent", async () => {
  expect(await run(async () => {})).toEqual({ exitCode: 0, annotations: [] });
});

test.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
  "%s aborts the signal and lets main clean up",
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
