import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Given, startEntry } from "../../shared/entry.support.ts";
import { readReport } from "../../shared/load/report.ts";
import { serve } from "../../shared/load/server.support.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-load-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function runAction(inputs: Record<string, string>, onLine?: Given["onLine"]) {
  const all = { "allowed-hosts": "127.0.0.1", duration: "1s", ...inputs };
  return startEntry("run-load-test", { inputs: all, environment: { RUNNER_TEMP: folder }, onLine });
}

test("counts in a green run every request that the target saw, except the probe's", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    count++;
    response.end();
  });
  const { exitCode, errors, outputs, summary } = await runAction({
    targets: `${origin}/suppliers`,
    assertions: "error-rate < 0.1%\np99(/suppliers) < 60s",
  });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(outputs).toMatchObject({
    status: "passed",
    cause: "",
    requests: String(count - 1),
    "requests-per-second": expect.stringMatching(/^\d+(\.\d+)?$/),
    p50: expect.stringMatching(/^\d+(\.\d+)?$/),
    "error-rate": "0",
    report: join(folder, "load-report.json"),
  });
  expect(summary).toContain("✅ Load test passed");
  const report = await readReport(outputs.report as string);
  expect(report).toMatchObject({ requests: count - 1, failed: 0, statuses: { 200: count - 1 } });
  expect(report.assertions.map(({ ok }) => ok)).toEqual([true, true]);
});

test("ends at once and fails when cancelled, with what it has counted", async () => {
  let count = 0;
  let cancel = () => {};
  const origin = await serve((_, response) => {
    // The second hundred gets no response: waiting for it would take until its timeout.
    if (++count < 100) response.end();
    else cancel();
  });
  const { exitCode, errors, outputs, summary } = await runAction(
    { targets: origin, duration: "5m" },
    (_, kill) => {
      cancel = () => kill("SIGINT");
    },
  );
  expect(exitCode).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(/^Cancelled by SIGINT; the report holds the \d+ requests counted until then$/),
  ]);
  expect(outputs).toMatchObject({ status: "cancelled" });
  expect(summary).toContain("❌ Load test cancelled");
  const report = await readReport(outputs.report as string);
  expect(report).toMatchObject({ cancelled: true, failed: 0 });
  expect(report.requests).toBeLessThan(100);
});

test("merges two generators, and still writes report and summary when an assertion fails", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    response.statusCode = ++count % 2 === 0 ? 500 : 200;
    response.end();
  });
  for (const number of [1, 2]) {
    const load = { targets: origin, loop: "open", rate: "101", share: `${number}/2` };
    await runAction({ ...load, report: join(folder, `reports/generator-${number}/load-report.json`) });
  }
  const merged = await runAction({
    merge: join(folder, "reports"),
    duration: "",
    "allowed-hosts": "",
    assertions: "requests >= 100\nerror-rate < 0.1%",
    report: join(folder, "deep/er/report.json"),
  });
  expect(merged.exitCode).toBe(1);
  expect(merged.errors).toEqual([
    expect.stringMatching(/^Assertion error-rate < 0\.1%25 failed: measured \d+(\.\d)? %25\. Next step: /),
  ]);
  const cause = expect.stringContaining("Assertion error-rate < 0.1% failed");
  expect(merged.outputs).toMatchObject({ status: "failed", cause, requests: String(count - 2) });
  expect(merged.summary).toContain("❌ Load test failed");
  const report = await readReport(merged.outputs.report as string);
  expect(report).toMatchObject({ generators: 2, level: 101, assertions: [{ ok: true }, { ok: false }] });
  // They ran one after the other.
  expect(merged.warnings[0]).toContain("The generators did not send at the same time");
});
