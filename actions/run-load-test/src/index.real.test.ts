import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { readReport } from "../../shared/load/read-report.ts";
import { serve } from "../../shared/load/server.support.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-load-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the action as the runner does: a process with INPUT_… and files for outputs and summary. */
async function runAction(inputs: Record<string, string>, whileRunning?: (kill: () => void) => void) {
  const [output, summary] = [join(folder, "output"), join(folder, "summary")];
  await Promise.all([writeFile(output, ""), writeFile(summary, "")]);
  const env: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    RUNNER_TEMP: folder,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
  };
  const all = { "allowed-hosts": "127.0.0.1", duration: "1s", ...inputs };
  for (const [name, value] of Object.entries(all)) env[`INPUT_${name.toUpperCase()}`] = value;
  const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  whileRunning?.(() => child.kill("SIGINT"));
  const [exitCode] = await once(child, "close");
  const outputs = (await readFile(output, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return {
    exitCode,
    lines,
    annotations: lines.filter((line) => line.startsWith("::error::")),
    outputs: Object.fromEntries([...outputs].map(([, name, , value]) => [name ?? "", value ?? ""])),
    summary: await readFile(summary, "utf8"),
  };
}

test("a green run counts every request that the target saw, but for the probe's", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    count++;
    response.end();
  });
  const { exitCode, annotations, outputs, summary } = await runAction({
    targets: `${origin}/suppliers`,
    assertions: "error-rate < 0.1%\np99(/suppliers) < 60s",
  });
  expect({ exitCode, annotations }).toEqual({ exitCode: 0, annotations: [] });
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

test("an assertion that does not hold is red with value and bound; report and summary are there", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    response.statusCode = ++count > 1 && count % 2 === 0 ? 500 : 200;
    response.end();
  });
  const { exitCode, annotations, outputs, summary } = await runAction({
    targets: origin,
    assertions: "error-rate < 0.1%",
    report: join(folder, "deep/er/report.json"),
  });
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error::error-rate < 0\.1%25 does not hold, it was \d+(\.\d)? %25\. Next step: /,
    ),
  ]);
  expect(outputs).toMatchObject({ status: "failed", cause: expect.stringContaining("does not hold") });
  expect(summary).toContain("❌ Load test failed");
  expect((await readReport(outputs.report as string)).assertions).toMatchObject([{ ok: false }]);
});

test("a cancelled test ends at once, red, with what it has counted", async () => {
  let count = 0;
  let cancel = () => {};
  const origin = await serve((_, response) => {
    // The second hundred is never answered: whoever waited for it would wait for its timeout.
    if (++count < 100) response.end();
    else cancel();
  });
  const { exitCode, annotations, outputs, summary } = await runAction(
    { targets: origin, duration: "5m", timeout: "5m" },
    (kill) => {
      cancel = kill;
    },
  );
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error::Cancelled by SIGINT; the report holds the \d+ requests counted until then$/,
    ),
  ]);
  expect(outputs).toMatchObject({ status: "cancelled" });
  expect(summary).toContain("❌ Load test cancelled");
  const report = await readReport(outputs.report as string);
  expect(report).toMatchObject({ cancelled: true, failed: 0 });
  expect(report.requests).toBeLessThan(100);
});

describe("before any load", () => {
  it.each<[string, (origin: string) => Record<string, string>, RegExp]>([
    [
      "a host that is not allowed",
      () => ({ targets: "http://web.example/" }),
      /web\.example is not in allowed-hosts/,
    ],
    [
      "a target that nobody listens at",
      () => ({ targets: "http://127.0.0.1:1/" }),
      /127\.0\.0\.1:1 refuses connections\. Next step: check the port/,
    ],
    [
      "a name that does not exist",
      () => ({ targets: "http://web.invalid/", "allowed-hosts": "web.invalid" }),
      /There is no host web\.invalid|The name web\.invalid cannot be looked up/,
    ],
    [
      "a status that is not expected",
      (origin) => ({ targets: `${origin}/ill` }),
      /\/ill answers 503 before there is any/,
    ],
    [
      "a redirect",
      (origin) => ({ targets: `${origin}/moved` }),
      /answers 301, a redirect to https:\/\/web\.example\//,
    ],
    [
      "a target that does not answer",
      (origin) => ({ targets: `${origin}/silent`, timeout: "1s" }),
      /no answer within 1 s/,
    ],
    [
      "several at once",
      (origin) => ({ targets: `${origin}/ill\n${origin}/moved` }),
      /2 things to correct: .*\/ill .*\/moved /,
    ],
  ])("%s is one clear error", async (_, inputs, message) => {
    let count = 0;
    const origin = await serve(({ url }, response) => {
      count++;
      if (url === "/ill") response.writeHead(503).end();
      if (url === "/moved") response.writeHead(301, { location: "https://web.example/" }).end();
    });
    const { exitCode, annotations } = await runAction(inputs(origin));
    expect(exitCode).toBe(1);
    expect(annotations).toEqual([expect.stringMatching(message)]);
    expect(annotations[0]).toContain("Next step: ");
    expect(count).toBeLessThanOrEqual(2);
  });
});

test("headers, method and body arrive as given", async () => {
  const seen = new Set<string>();
  const origin = await serve((request, response) => {
    const { method, url, headers } = request;
    request.on("data", (body) =>
      seen.add([method, url, headers["x-key"], headers["content-type"], body].join(" ")),
    );
    request.on("end", () => response.writeHead(201).end());
  });
  const { exitCode } = await runAction({
    targets: `${origin}/add?to=list`,
    method: "POST",
    headers: "X-Key: 7\nContent-Type: text/plain",
    body: "coffee",
    "expect-status": "201",
  });
  expect(exitCode).toBe(0);
  expect([...seen]).toEqual(["POST /add?to=list 7 text/plain coffee"]);
});

describe("merging", () => {
  it("sums what two generators counted, and judges the whole", async () => {
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
      stages: [{ durationMs: 1000, from: 100, to: 100 }],
    });
    // They ran one after the other.
    expect(lines.join("\n")).toContain("::warning::The generators did not send together");
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ["a place that is not there", { merge: "none/*.json" }, /No file is called none\/\*\.json/],
    ["a file that is no report", { merge: "package.json" }, /package\.json is no load report/],
    [
      "an assertion about no target",
      { merge: "merged.json", assertions: "p99(/x) < 1s" },
      /is about \/x, and the targets are \//,
    ],
  ])("refuses %s", async (_, inputs, message) => {
    const merge = inputs.merge === "merged.json" ? join(folder, "merged.json") : (inputs.merge ?? "");
    const { exitCode, annotations } = await runAction({
      ...inputs,
      merge,
      duration: "",
      "allowed-hosts": "",
    });
    expect(exitCode).toBe(1);
    expect(annotations).toEqual([expect.stringMatching(message)]);
  });
});
