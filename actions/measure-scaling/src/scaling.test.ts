import { describe, expect, test } from "vitest";
import { readPriceList } from "../../shared/cost/price-list.ts";
import { scalingReport } from "./measure-scaling.ts";
import type { MeasuredLoad, MeasuredTasks, Measurement } from "./measurement.ts";
import { scalingMarkdown } from "./publish.ts";
import { analyseScaling } from "./scaling.ts";

const tasks: MeasuredTasks = {
  revision: "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:7",
  size: { vcpu: 0.5, memoryGb: 1, storageGb: 20, architecture: "x86" },
  publicAddress: false,
  capacity: "FARGATE",
};

interface Changes {
  load?: Partial<MeasuredLoad>;
  tasks?: Partial<MeasuredTasks>;
  failures?: string[];
}

/** Ten minutes after the previous count, so that none is measured with another. */
function measured(taskCount: number, answeredPerSecond: number, changes: Changes = {}): Measurement {
  const load: MeasuredLoad = {
    startedAt: new Date(Date.UTC(2026, 2, 1, 10, 10 * taskCount)).toISOString(),
    durationMs: 30_000,
    generators: 1,
    loop: "closed",
    offeredPerSecond: answeredPerSecond,
    answeredPerSecond,
    errorRate: 0,
    p50Ms: 12.3,
    p95Ms: 40,
    p99Ms: 80,
    busiestCore: 0.3,
    ...changes.load,
  };
  const { failures = [] } = changes;
  const service = "customer-microservice";
  return {
    version: 1,
    cluster: "main",
    service,
    taskCount,
    failures,
    tasks: { ...tasks, ...changes.tasks },
    load,
  };
}

const analyse = (measurements: Measurement[], wanted = measurements.map(({ taskCount }) => taskCount)) =>
  analyseScaling(wanted, measurements, readPriceList(undefined));
const open = (offeredPerSecond: number): Changes => ({ load: { loop: "open", offeredPerSecond } });

describe("knee and recommendation", () => {
  test.each<[string, Measurement[], number | undefined, RegExp]>([
    ["nothing", [], undefined, /^Nothing can be recommended/],
    [
      "one count",
      [measured(3, 300)],
      undefined,
      /^3 tasks served 300 requests\/s, a million for \$0\.0\d+: measure a second count/,
    ],
    [
      "a line",
      [measured(1, 100), measured(2, 200), measured(3, 290)],
      undefined,
      /^More tasks still helped at 3 tasks, with 97 % of ideal/,
    ],
    [
      "a bend after 2",
      [measured(1, 100), measured(2, 190), measured(3, 230)],
      2,
      /^Run up to 2 tasks: .*, and a million requests cost \$0\.\d+ at 3 tasks instead of \$0\.\d+\.$/,
    ],
    ["exactly half", [measured(1, 100), measured(2, 150)], undefined, /still helped/],
    ["no gain at all", [measured(1, 100), measured(2, 100), measured(3, 90)], 1, /^Run up to 1 task:/],
    ["less with more", [measured(2, 200), measured(4, 150)], 2, /^Run up to 2 tasks:/],
    ["a gap of counts", [measured(1, 100), measured(5, 320)], undefined, /still helped/],
    ["a gap beyond the bend", [measured(1, 100), measured(5, 280)], 1, /^Run up to 1 task/],
    [
      "a rate that the first count answers",
      [measured(1, 100, open(100)), measured(2, 100, open(100))],
      undefined,
      /^1 task served the whole load \(100 requests\/s\)/,
    ],
    [
      "a rate that the second count answers",
      [measured(1, 100, open(180)), measured(2, 180, open(180)), measured(3, 180, open(180))],
      undefined,
      /^2 tasks served the whole load/,
    ],
    [
      "a rate that no count answers",
      [measured(1, 100, open(900)), measured(2, 120, open(900))],
      1,
      /^Run up to 1 task/,
    ],
    [
      "a busy generator",
      [measured(1, 100), measured(2, 101, { load: { busiestCore: 0.97 } })],
      1,
      /^Measure again with more generators: at 2 tasks one of them used 97 % of a core/,
    ],
  ])("%s", (_, measurements, knee, recommendation) => {
    const scaling = analyse(measurements);
    expect(scaling.knee?.taskCount).toBe(knee);
    expect(scaling.recommendation).toMatch(recommendation);
    expect(scaling.failed).toEqual([]);
  });

  test("sorts the counts, whatever order was given", () => {
    const { points } = analyse([measured(1, 100), measured(2, 190)], [2, 1]);
    expect(points.map(({ taskCount }) => taskCount)).toEqual([1, 2]);
  });
});

describe("cost of a million requests", () => {
  // 0.5 vCPU × $0.04048 + 1 GB × $0.004445, an hour, by the list.
  const hourly = 0.024685;
  test.each<[string, Changes, number | undefined]>([
    ["Fargate", {}, hourly],
    ["a public address", { tasks: { publicAddress: true } }, hourly + 0.005],
    [
      "ARM and more storage",
      { tasks: { size: { vcpu: 1, memoryGb: 2, storageGb: 30, architecture: "arm" } } },
      0.03238 + 2 * 0.00356 + 10 * 0.000111,
    ],
    ["Spot", { tasks: { capacity: "FARGATE_SPOT" } }, undefined],
    ["instances", { tasks: { capacity: "EC2" } }, undefined],
  ])("%s", (_, changes, usd) => {
    const [point] = analyse([measured(2, 100, changes)]).measured;
    // 2 tasks, 100 requests a second: a million takes 10,000 s.
    if (usd === undefined) expect(point?.usdPerMillion).toBeUndefined();
    else expect(point?.usdPerMillion).toBeCloseTo((2 * usd * 10_000) / 3600, 10);
  });
});

describe("a count that is not a measurement", () => {
  test.each<[string, Measurement[], number[], RegExp]>([
    ["missing", [measured(1, 100)], [1, 2], /^not measured$/],
    [
      "failed",
      [measured(1, 100), measured(2, 150, { failures: ["asserted p99 < 50ms, measured 80"] })],
      [1, 2],
      /asserted p99/,
    ],
    ["all errors", [measured(1, 100), measured(2, 0)], [1, 2], /no response was as expected/],
    [
      "of another revision",
      [measured(1, 100), measured(2, 200, { tasks: { revision: "x/customer-microservice:8" } })],
      [1, 2],
      /it ran customer-microservice:8, and 1 ran customer-microservice:7/,
    ],
    [
      "measured with another",
      [measured(1, 100), measured(2, 200, { load: { startedAt: "2026-03-01T10:10:29.000Z" } })],
      [1, 2],
      /measured at the same time as/,
    ],
  ])("%s", (_, measurements, wanted, why) => {
    const { failed } = analyse(measurements, wanted);
    expect(failed.at(-1)?.why).toMatch(why);
  });

  test("leaves the curve to the other counts, beginning with the lowest", () => {
    const scaling = analyse([measured(1, 50, { failures: ["broken"] }), measured(2, 200), measured(4, 400)]);
    expect(scaling.measured.map(({ efficiency }) => efficiency)).toEqual([1, 1]);
    expect(scaling.failed.map(({ taskCount }) => taskCount)).toEqual([1]);
  });
});

describe("what a reader gets", () => {
  const scaling = analyse(
    [measured(1, 100), measured(2, 190), measured(3, 230), measured(4, 9, { failures: ["a | b"] })],
    [1, 2, 3, 4],
  );

  test("shows each count, the knee, what failed, and a chart in the summary", () => {
    const markdown = scalingMarkdown(scaling);
    expect(markdown).toContain("### ❌ Scaling of customer-microservice: 3 of 4 counts measured");
    expect(markdown).toContain("| 1 | 100 | 100 | 100 % | 12 ms | 40 ms | 80 ms | 0 % | $0.0686 |");
    expect(markdown).toContain("| 2 ⟵ knee | 190 | 200 | 95 % |");
    expect(markdown).toContain("| 4 | ❌ a &#124; b | – |");
    expect(markdown).toMatch(/```mermaid\n%%.*\nxychart-beta\n/);
    expect(markdown).toContain('x-axis "tasks" [1, 2, 3]');
    expect(markdown).toContain("bar [100.0, 190.0, 230.0]");
    expect(markdown).toContain("line [100.0, 200.0, 300.0]");
    expect(markdown).toMatch(/does not include the load balancer, data transfer, database, logs/);
  });

  test("writes every figure to the file, not rounded", () => {
    const report = scalingReport(scaling);
    expect(report).toMatchObject({ version: 1, knee: 2, service: "customer-microservice" });
    expect(report.points).toHaveLength(4);
    expect(report.points[2]).toMatchObject({ taskCount: 3, efficiency: 230 / 300, tasks: { capacity: "FARGATE" } });
    expect(report.points[3]).toMatchObject({ status: "failed", why: "a | b" });
  });

  test("draws no chart of one count", () => {
    expect(scalingMarkdown(analyse([measured(3, 100)]))).not.toContain("mermaid");
  });
});
