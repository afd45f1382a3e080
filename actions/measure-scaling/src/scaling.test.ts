import { describe, expect, test } from "vitest";
import { markdownOf } from "../../core/card.ts";
import { readPriceList } from "../../cost/price-list.ts";
import type { MeasuredLoad, MeasuredTasks, Measurement } from "./measurement.ts";
import { scalingSummary } from "./publish.ts";
import { analyseScaling } from "./scaling.ts";

interface Changes {
  load?: Partial<MeasuredLoad>;
  tasks?: Partial<MeasuredTasks>;
  failures?: string[];
}

/** Ten minutes after the previous count, so that none is measured with another. */
function measured(taskCount: number, answeredPerSecond: number, changes: Changes = {}): Measurement {
  const { failures = [], load, tasks } = changes;
  return {
    version: 1,
    cluster: "main",
    service: "customer-microservice",
    taskCount,
    failures,
    tasks: {
      revision: "arn:aws:ecs:us-east-1:123456789012:task-definition/customer-microservice:7",
      size: { vcpu: 0.5, memoryGb: 1, storageGb: 20, architecture: "x86" },
      publicAddress: false,
      capacity: "FARGATE",
      ...tasks,
    },
    load: {
      startedAt: new Date(Date.UTC(2026, 2, 1, 10, 10 * taskCount)).toISOString(),
      durationMs: 30_000,
      generators: 1,
      loop: "closed",
      requestsPerSecond: answeredPerSecond,
      answeredPerSecond,
      errorRate: 0,
      p50Ms: 12.3,
      p95Ms: 40,
      p99Ms: 80,
      maxMs: 90,
      busiestCore: 0.3,
      ...load,
    },
  };
}

/** Measures the counts of `1:100 2:190`, a count and its throughput each. */
const curve = (text: string, changes?: Changes) =>
  text.split(" ").map((point) => {
    const [taskCount = 0, perSecond = 0] = point.split(":").map(Number);
    return measured(taskCount, perSecond, changes);
  });
const open = (rate: number): Changes => ({ load: { loop: "open", requestsPerSecond: rate } });
const analyse = (measurements: Measurement[], wanted = measurements.map(({ taskCount }) => taskCount)) =>
  analyseScaling(wanted, measurements, readPriceList());

describe("knee and recommendation", () => {
  const alone = /^3 tasks served 300 requests\/s, a million for \$0\.0\d+: measure a second count/;
  const cost = /^Run up to 2 tasks: .* a million requests cost \$0\.\d+ at 3 tasks instead of \$0\.\d+\.$/;
  const busy = measured(2, 101, { load: { busiestCore: 0.97 } });
  test.each<[string, Measurement[], number | undefined, RegExp]>([
    ["nothing", [], undefined, /^Nothing can be recommended/],
    ["one count", curve("3:300"), undefined, alone],
    ["a line", curve("1:100 2:200 3:288"), undefined, /^More tasks .* at 3 tasks, with 96 % of ideal/],
    ["a bend after 2", curve("1:100 2:190 3:230"), 2, cost],
    ["exactly half", curve("1:100 2:150"), undefined, /still helped/],
    ["no gain at all", curve("1:100 2:100 3:90"), 1, /^Run up to 1 task:/],
    ["less with more", curve("2:200 4:150"), 2, /^Run up to 2 tasks:/],
    ["a gap of counts", curve("1:100 5:320"), undefined, /still helped/],
    ["a gap beyond the bend", curve("1:100 5:280"), 1, /^Run up to 1 task/],
    ["a rate that one answers", curve("1:100 2:100", open(100)), undefined, /^1 task .* \(100 requests\/s\)/],
    ["a rate that two answer", curve("1:90 2:180 3:180", open(180)), undefined, /^2 tasks served the whole/],
    ["a rate that no count answers", curve("1:100 2:120", open(900)), 1, /^Run up to 1 task/],
    ["a busy generator", [measured(1, 100), busy], 1, /^Measure .* at 2 tasks .* 97 % of a core/],
  ])("%s", (_, measurements, knee, recommendation) => {
    const scaling = analyse(measurements);
    expect(scaling.knee?.taskCount).toBe(knee);
    expect(scaling.recommendation).toMatch(recommendation);
    expect(scaling.failed).toEqual([]);
  });
});

describe("cost of a million requests", () => {
  // 0.5 vCPU × $0.04048 + 1 GB × $0.004445, an hour, by the list.
  const hourly = 0.024685;
  const large: MeasuredTasks["size"] = { vcpu: 1, memoryGb: 2, storageGb: 30, architecture: "arm" };
  test.each<[string, Changes["tasks"], number | undefined]>([
    ["Fargate", {}, hourly],
    ["a public address", { publicAddress: true }, hourly + 0.005],
    ["ARM and more storage", { size: large }, 0.03238 + 2 * 0.00356 + 10 * 0.000111],
    ["Spot", { capacity: "FARGATE_SPOT" }, undefined],
    ["instances", { capacity: "EC2" }, undefined],
  ])("%s", (_, tasks, usd) => {
    const [point] = analyse([measured(2, 100, { tasks })]).measured;
    // 2 tasks, 100 requests a second: a million takes 10,000 s.
    if (usd === undefined) expect(point?.usdPerMillion).toBeUndefined();
    else expect(point?.usdPerMillion).toBeCloseTo((2 * usd * 10_000) / 3600, 10);
  });
});

describe("a count that is not a measurement", () => {
  const startedAt = "2026-03-01T10:10:29.000Z";
  const revisions = /it ran customer-microservice:8, and 1 ran customer-microservice:7/;
  test.each<[string, Measurement[], RegExp]>([
    ["missing", [], /^not measured$/],
    ["failed", [measured(2, 150, { failures: ["asserted p99 < 50ms"] })], /^asserted p99/],
    ["all errors", [measured(2, 0)], /no response was as expected/],
    ["of another revision", curve("2:200", { tasks: { revision: "x/customer-microservice:8" } }), revisions],
    ["measured with another", curve("2:200", { load: { startedAt } }), /measured at the same time as 1/],
  ])("%s", (_, measurements, why) => {
    const { failed } = analyse([measured(1, 100), ...measurements], [1, 2]);
    expect(failed.at(-1)).toMatchObject({ taskCount: 2, why: expect.stringMatching(why) });
  });

  test("leaves the curve to the other counts, beginning with the lowest", () => {
    const broken = measured(1, 50, { failures: ["broken"] });
    const { measured: good, points } = analyse([broken, ...curve("2:200 4:400")], [4, 2, 1]);
    expect(good.map(({ efficiency }) => efficiency)).toEqual([1, 1]);
    expect(points.map(({ taskCount }) => taskCount)).toEqual([1, 2, 4]);
  });
});

describe("the output for a reader", () => {
  const scaling = analyse([...curve("1:100 2:190 3:230"), measured(4, 9, { failures: ["a | b"] })]);

  test("shows each count, the knee, failures, and a chart in the summary", () => {
    const markdown = markdownOf(scalingSummary(scaling));
    expect(markdown).toContain("### ❌ Scaling of customer-microservice: 3 of 4 counts measured");
    expect(markdown).toContain("| 1 | 100 | 100 | 100 % | 12.3 ms | 40 ms | 80 ms | 0 % | $0.0686 |");
    expect(markdown).toContain("| 2 ⟵ knee | 190 | 200 | 95 % |");
    expect(markdown).toContain("| 4 | ❌ a &#124; b | – |");
    expect(markdown).toContain('x-axis "tasks" [1, 2, 3]');
    expect(markdown).toContain("bar [100, 190, 230]\n  line [100, 200, 300]");
    expect(markdown).toMatch(/does not include the load balancer, data transfer, database, logs/);
    expect(markdown).toContain(
      "Amdahl's law fits best with a serial part of 14.6 %: never above 702 requests/s.",
    );
    expect(markdown).toContain(
      "Universal Scalability Law fits best with contention 0 % and coherency 5.22 %: at most 251 requests/s, with 4 tasks.",
    );
    expect(markdown).toMatch(/tasks,measured,ideal,amdahl,usl\n1,100,100,\d+[.\d]*,\d+[.\d]*\n2,190,200,/);
  });

  test("fits no law to counts that answered all that was offered", () => {
    const { laws } = analyse(curve("1:90 2:180 3:180 4:180", open(180)));
    expect(laws).toEqual({ amdahl: undefined, usl: undefined });
    const busy = analyse([...curve("1:90 2:175 3:250"), ...curve("4:180", open(180))]);
    expect(busy.laws.usl).toEqual(analyse(curve("1:90 2:175 3:250")).laws.usl);
  });

  test("draws no chart of one count", () => {
    expect(markdownOf(scalingSummary(analyse([measured(3, 100)])))).not.toContain("mermaid");
  });
});
