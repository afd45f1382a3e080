import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { type Given, startEntry } from "../../core/entry.support.ts";
import { readReport } from "../../load/report.ts";
import { serve } from "../../load/server.support.ts";

const folder = useFolder();

function runAction(inputs: Record<string, string>, onLine?: Given["onLine"]) {
  const all = { "allowed-hosts": "127.0.0.1", duration: "1s", ...inputs };
  return startEntry("run-load-test", { inputs: all, environment: { RUNNER_TEMP: folder }, onLine });
}

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

test("counts every request of two generators, and fails when an assertion about both does", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    response.statusCode = ++count % 2 === 0 ? 500 : 200;
    response.end();
  });
  for (const number of [1, 2]) {
    const report = join(folder, `reports/generator-${number}/load-report.json`);
    const load = { targets: `${origin}/suppliers`, rate: "101", share: `${number}/2` };
    const { errors, outputs, summary } = await runAction({ ...load, report, assertions: "requests > 50" });
    expect(errors).toEqual([]);
    expect(outputs).toMatchObject({ status: "passed", cause: "", requests: "51", report });
    expect(summary).toContain("✅ Load test passed");
  }
  const merged = await runAction({
    merge: join(folder, "reports"),
    duration: "",
    "allowed-hosts": "",
    assertions: "p99 < 60s\nerror-rate < 0.1%",
  });
  expect(merged.exitCode).toBe(1);
  expect(merged.errors).toEqual([
    expect.stringMatching(/^Assertion error-rate < 0\.1%25 failed: measured \d+(\.\d)? %25\. Next step: /),
  ]);
  expect(merged.outputs).toMatchObject({
    status: "failed",
    cause: expect.stringContaining("Assertion error-rate < 0.1% failed"),
    requests: String(count - 2),
    "requests-per-second": expect.stringMatching(/^\d+(\.\d+)?$/),
    p50: expect.stringMatching(/^\d+(\.\d+)?$/),
    report: join(folder, "load-report.json"),
  });
  expect(merged.summary).toContain("❌ Load test failed");
  const report = await readReport(merged.outputs.report as string);
  expect(report).toMatchObject({ generators: 2, level: 101, assertions: [{ ok: true }, { ok: false }] });
  // They ran one after the other.
  expect(merged.warnings[0]).toContain("The generators did not send at the same time");
});

test("reports a target that does not respond in one error", async () => {
  const { errors } = await runAction({ targets: await serve(() => {}) });
  expect(errors).toEqual([expect.stringMatching(/no response within 10 s \(TIMEOUT\)\. Next step: check/)]);
});
