import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runEntry } from "../../shared/entry.support.ts";
import { reportOf } from "../../shared/load/report.support.ts";
import { serve } from "../../shared/load/server.support.ts";

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

test.each<[string, Record<string, string>, RegExp]>([
  ["a missing folder", { merge: "none" }, /There is no report in folder none/],
  ["a file", { merge: "package.json" }, /There is no report in folder package\.json/],
  ["an assertion about no target", { assertions: "p99(/x) < 1s" }, /is about \/x, but the targets are \//],
])("refuses to merge %s", async (_, inputs, message) => {
  const merge = await mkdtemp(join(tmpdir(), "run-load-test-"));
  onTestFinished(() => rm(merge, { recursive: true }));
  await writeFile(join(merge, "report.json"), JSON.stringify(reportOf("2026-03-01T10:00:00.000Z", [[5]])));
  const { exitCode, errors } = await runAction({ merge, duration: "", "allowed-hosts": "", ...inputs });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringMatching(message)]);
});
