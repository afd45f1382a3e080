import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
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

test("fails on an assertion with value and bound, and still writes report and summary", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    response.statusCode = ++count > 1 && count % 2 === 0 ? 500 : 200;
    response.end();
  });
  const { exitCode, errors, outputs, summary } = await runAction({
    targets: origin,
    assertions: "error-rate < 0.1%",
    report: join(folder, "deep/er/report.json"),
  });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(/^Assertion error-rate < 0\.1%25 failed: measured \d+(\.\d)? %25\. Next step: /),
  ]);
  expect(outputs).toMatchObject({
    status: "failed",
    cause: expect.stringContaining("Assertion error-rate < 0.1% failed"),
  });
  expect(summary).toContain("❌ Load test failed");
  expect((await readReport(outputs.report as string)).assertions).toMatchObject([{ ok: false }]);
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

describe("merging", () => {
  it("adds the counts of two generators, and checks the whole", async () => {
    let count = 0;
    const origin = await serve((_, response) => {
      count++;
      response.end();
    });
    for (const number of [1, 2])
      await runAction({
        targets: origin,
        loop: "open",
        rate: "100",
        share: `${number}/2`,
        report: join(folder, `reports/generator-${number}/load-report.json`),
      });
    const { exitCode, outputs, lines } = await runAction({
      merge: join(folder, "reports"),
      duration: "",
      "allowed-hosts": "",
      assertions: "requests >= 100\nfailed < 1",
      report: join(folder, "merged.json"),
    });
    expect(exitCode).toBe(0);
    expect(outputs).toMatchObject({ status: "passed", requests: "100" });
    expect(count).toBe(102);
    expect(await readReport(join(folder, "merged.json"))).toMatchObject({
      generators: 2,
      level: 100,
    });
    // They ran one after the other.
    expect(lines.join("\n")).toMatch(/^::warning title=.*::The generators did not send at the same time/m);
  });
});
