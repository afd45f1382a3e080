import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { createDelivery } from "@ecs-delivery/simulator/outside-clients/delivery.support";
import { webProgram } from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { startTestSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, describe, expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { pushImage } from "../../core/push-image.support.ts";
import { reportOf } from "../../load/report.support.ts";
import type { LoadReport } from "../../load/report.ts";

const simulator = await startTestSimulator();
const folder = useFolder();
await createDelivery(simulator, testListenerPortOffset());
await pushImage(simulator, folder, webProgram);
const running = async () => {
  const { services } = await simulator.aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
  return services?.[0]?.runningCount;
};
await simulator.clock.until(async () => (await running()) === 1);
afterAll(() => simulator.close());

const runAction = (inputs: Record<string, string>, RUNNER_TEMP = folder) =>
  runEntry("measure-scaling", { simulator, inputs, environment: { RUNNER_TEMP } });

test("plan gives a workflow its matrices and the inputs of its load", async () => {
  const { exitCode, outputs } = await runAction({
    mode: "plan",
    "task-counts": "1 2 3",
    generators: "2",
    address: "https://web.example",
    paths: "/ /suppliers",
    connections: "8",
    assertions: "p99 < 1s, error-rate < 1%",
  });
  expect(exitCode).toBe(0);
  expect(outputs).toMatchObject({
    "task-counts": "[1,2,3]",
    generators: "[1,2]",
    targets: "https://web.example/\nhttps://web.example/suppliers",
    "allowed-hosts": "web.example",
    connections: "8",
    rate: "",
    assertions: "p99 < 1s\nerror-rate < 1%",
  });
});

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, second)).toISOString();
/** A report that starts in this second, with this many requests of 10 ms in each second. */
const sending = (second: number, ...perSecond: number[]) =>
  reportOf(
    at(second),
    perSecond.map((requests) => Array.from({ length: requests }, () => 10)),
  );
const sent = (changes: Partial<LoadReport> = {}) =>
  reportOf("2026-03-01T10:00:00.000Z", [[5, 6], [7]], changes);

async function recording(name: string, reports: LoadReport[], inputs: Record<string, string> = {}) {
  const reportsFolder = join(folder, name);
  await mkdir(reportsFolder);
  for (const [index, report] of reports.entries())
    await writeFile(join(reportsFolder, `${index}.json`), JSON.stringify(report));
  const where = { mode: "record", cluster: "outside", service: "web", "task-count": "1" };
  const temporary = join(folder, `measurements of ${name}`);
  const result = await runAction({ ...where, reports: reportsFolder, ...inputs }, temporary);
  return { ...result, measurement: JSON.parse(await readFile(result.outputs.measurement ?? "", "utf8")) };
}

describe("record", () => {
  test("joins the generators' measurements with what ran", async () => {
    const { exitCode, outputs, measurement } = await recording("good", [sent(), sent()], {
      generators: "[1,2]",
    });
    expect(exitCode).toBe(0);
    expect(outputs["requests-per-second"]).toBe("3.0");
    expect(measurement).toMatchObject({
      taskCount: 1,
      failures: [],
      tasks: {
        revision: expect.stringMatching(/task-definition\/web:1$/),
        size: { vcpu: 0.25, memoryGb: 0.5, architecture: "x86" },
        publicAddress: true,
        capacity: "FARGATE",
      },
      load: { generators: 2, answeredPerSecond: 3 },
    });
  });

  test("counts everything of one generator", async () => {
    const { measurement } = await recording("alone", [{ ...sending(0, 10, 30), failed: 10 }]);
    const rates = { requestsPerSecond: 20, answeredPerSecond: 15, errorRate: 0.25 };
    expect(measurement.load).toMatchObject({ generators: 1, durationMs: 2000, ...rates });
  });

  test("counts only the seconds in which all of several generators sent", async () => {
    const reports = [sending(0, 50, 10, 10, 10), sending(1, 10, 10, 10, 50)];
    const { load } = (await recording("together", reports)).measurement;
    // Neither the 50 that one sent alone at the start nor those at the end.
    expect(load).toMatchObject({ generators: 2, durationMs: 3000, requestsPerSecond: 20, startedAt: at(1) });
    expect(load.p99Ms).toBeCloseTo(10, 1);
  });

  test.each([
    [2, 2],
    [3, 1],
    [30, 0],
  ])("with a start %i s later, generators sent together for %i s of 4 s", async (second, common) => {
    const reports = [sending(0, 1, 1, 1, 1), sending(second, 1, 1, 1, 1)];
    const { measurement } = await recording(`later by ${second}`, reports);
    const tooShort = `The 2 generators sent load at the same time for only ${common} s of 4 s`;
    expect(measurement.load?.durationMs).toBe(common >= 2 ? common * 1000 : undefined);
    expect(measurement.failures).toEqual(common >= 2 ? [] : [tooShort]);
  });

  const failedAssertion = { assertions: [{ text: "p99 < 1ms", value: 7, ok: false }] };
  test.each<[string, LoadReport[], Record<string, string>, RegExp]>([
    ["another count", [sent()], { "task-count": "2" }, /^after the load 1 of 1 tasks ran, .* stay at 2$/],
    ["no report", [], {}, /^no generator has written a report to /],
    ["a missing generator", [sent()], { generators: "[1,2]" }, /^only 1 of 2 generators/],
    ["a cancelled load", [sent({ cancelled: true })], {}, /^the load ended early$/],
    ["a failed assertion", [sent(failedAssertion)], {}, /^asserted p99 < 1ms, measured 7 ms$/],
    ["scaling that failed", [], { cause: "no capacity" }, /^no capacity$/],
  ])("explains %s, and writes it down", async (name, reports, inputs, failure) => {
    const { exitCode, errors, measurement } = await recording(name, reports, inputs);
    expect(exitCode).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(`could not be measured: ${measurement.failures[0]}`);
    expect(measurement.failures).toEqual([expect.stringMatching(failure)]);
  });
});

describe("report", () => {
  const reporting = (counts: string, measurements: string) =>
    runAction({ mode: "report", "task-counts": counts, measurements: join(folder, measurements) });

  test("sets every output; a missing count makes it red, with the figures of the others", async () => {
    await recording("one", [sent()]);
    const whole = await reporting("1", "measurements of one");
    expect({ exitCode: whole.exitCode, errors: whole.errors }).toEqual({ exitCode: 0, errors: [] });
    expect(whole.outputs).toMatchObject({ knee: "", report: join(folder, "scaling-report.json") });
    expect(whole.outputs.recommendation).toMatch(/^1 task served 1\.5 requests\/s/);
    const part = await reporting("1 2", "measurements of one");
    expect(part.exitCode).toBe(1);
    expect(part.errors[0]).toContain("1 of 2 counts could not be measured (2 tasks: not measured)");
    expect(part.summary).toContain("| 2 | ❌ not measured |");
    const report = JSON.parse(await readFile(join(folder, "scaling-report.json"), "utf8"));
    expect(report).toMatchObject({ version: 1, service: "web", knee: null, points: [{ efficiency: 1 }, {}] });
  });

  test("refuses a folder without a measurement, and one with other files", async () => {
    const { errors, summary } = await reporting("1 2", "nowhere");
    expect(errors[0]).toContain("nowhere contains no measurement (input measurements)");
    expect(summary).toContain("0 of 2 counts measured");
    await cp(join(folder, "scaling-report.json"), join(folder, "wrong", "report.json"));
    expect((await reporting("1", "wrong")).errors[0]).toContain("report.json is not a measurement");
  });
});
