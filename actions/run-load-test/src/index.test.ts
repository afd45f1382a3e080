import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { reportOf } from "../../load/report.support.ts";
import { serve } from "../../load/server.support.ts";

const folder = useFolder();
await mkdir(join(folder, "reports"));

/** Merges one report, of so many seconds, each with requests of 10 ms or more, 20 ms and 30 ms. */
async function merge(seconds: number, changes: Parameters<typeof reportOf>[2] = {}, assertions = "") {
  const latencies = Array.from({ length: seconds }, (_, index) => [10 + index, 20, 30]);
  const report = reportOf("2026-03-01T10:00:00.000Z", latencies, changes);
  const reports = join(folder, "reports");
  await writeFile(join(reports, "one.json"), JSON.stringify(report));
  const inputs = { merge: reports, assertions };
  return runEntry("run-load-test", { inputs, environment: { RUNNER_TEMP: folder } });
}

test("shows the assertions, the targets and the course of a green test over time", async () => {
  const { summary } = await merge(3, {}, "p99 < 300ms");
  expect(summary).toContain("### ✅ Load test passed: 3 requests/s, p99 30 ms");
  expect(summary).toContain("| ✅ | p99 &lt; 300ms | 30 ms |");
  expect(summary).toContain("| 9 | 3 | 0 | 20 ms | 30 ms | 30 ms | 30 ms |");
  expect(summary).toContain('  x-axis "seconds" 0 --> 3\n  y-axis "ms" 0 --> 33');
  expect(summary).toContain("  line [30, 30, 30]\n  line [20, 20, 20]");
  expect(summary.match(/xychart-beta/g)).toHaveLength(2);
});

test("shows the responses of a test with failures", async () => {
  const changes = { failed: 2, statuses: { 200: 7 }, errors: { ECONNRESET: 2 } };
  const { summary } = await merge(3, changes, "failed < 1");
  expect(summary).toContain("**Assertion failed &lt; 1 failed: measured 2**");
  expect(summary).toContain("| HTTP 200 | 7 |\n| ECONNRESET | 2 |");
});

test("draws a long test in no more points than are visible", async () => {
  const points = /line \[(.*)\]/.exec((await merge(601)).summary)?.[1]?.split(",") ?? [];
  expect(points).toHaveLength(55);
});

test.each<[string, Parameters<typeof reportOf>[2], string, RegExp | undefined]>([
  ["requests failed without an assertion", { failed: 2 }, "", undefined],
  ["an assertion does not hold", {}, "p99 < 5ms", /^Assertion p99 < 5ms failed: measured 30 ms/],
  ["everything failed", { failed: 9, statuses: { 503: 9 } }, "", /^All 9 requests failed: 503 9 times/],
  ["nothing was sent", { requests: 0 }, "", /^No request was sent/],
  [
    "a generator was cancelled",
    { cancelled: true, generators: 2 },
    "",
    /^A generator was cancelled; the report holds the 9 requests counted until then by 2 generators$/,
  ],
])("decides when %s", async (_, changes, assertions, message) => {
  const { exitCode, errors } = await merge(3, changes, assertions);
  expect(exitCode).toBe(message ? 1 : 0);
  expect(errors).toEqual(message ? [expect.stringMatching(message)] : []);
});

test("warns of a generator at its own limit, or late", async () => {
  const generator = { busiestCore: 0.97, late: 5, latestMs: 1234, lateForConnections: 3 };
  const { warnings, summary } = await merge(3, { generator });
  expect(warnings).toEqual([
    expect.stringContaining("busy 97 %25 of the time: these results may show its limit"),
    "The generator was late by up to 1234 ms: 5 of 9 requests were sent more than 10 ms after they were due, 3 because all connections were in use, the others because the machine was busy. The latency includes their wait.",
  ]);
  expect(summary).toContain("⚠️ The generator was late");
});

const runAction = (inputs: Record<string, string>) =>
  runEntry("run-load-test", { inputs: { "allowed-hosts": "127.0.0.1", duration: "1s", ...inputs } });

const unknownName =
  /web\.invalid\/ cannot be reached: .*\((ENOTFOUND|EAI_AGAIN)\). Next step: check its name/;

test.each<[string, Record<string, string>, RegExp]>([
  ["a host that is not allowed", { targets: "http://web.example/" }, /web\.example is not in allowed-hosts/],
  [
    "a port where nothing listens",
    { targets: "http://127.0.0.1:1/" },
    /cannot be reached: .*\(ECONNREFUSED\)\. Next step: check the port/,
  ],
  ["an unknown name", { targets: "http://web.invalid/", "allowed-hosts": "web.invalid" }, unknownName],
  ["another status", { targets: "ORIGIN/ill" }, /\/ill returns 503 before the load/],
  ["a redirect", { targets: "ORIGIN/moved" }, /returns 301, a redirect to https:\/\/web\.example\//],
  ["two", { targets: "ORIGIN/ill\nORIGIN/moved" }, /2 things to correct: .*\/ill .*\/moved /],
])("reports %s in one error before any load", async (_, inputs, message) => {
  let count = 0;
  const origin = await serve(({ url }, response) => {
    count++;
    if (url === "/ill") response.writeHead(503).end();
    if (url === "/moved") response.writeHead(301, { location: "https://web.example/" }).end();
  });
  const targets = inputs.targets?.replaceAll("ORIGIN", origin) ?? "";
  const { exitCode, errors } = await runAction({ ...inputs, targets });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringMatching(message)]);
  expect(errors[0]).toContain("Next step: ");
  expect(count).toBeLessThanOrEqual(2);
});

test.each(["none", "package.json"])("refuses to merge %s", async (merge) => {
  const { exitCode, errors } = await runAction({ merge, duration: "", "allowed-hosts": "" });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringContaining(`Folder ${merge} contains no report`)]);
});
