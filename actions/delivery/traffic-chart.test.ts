import { expect, test } from "vitest";
import { trafficChart } from "./traffic-chart.ts";

const point = (atMs: number, green: number) => ({ atMs, green, blue: 100 - green });

test("draws no chart of a deployment that shifted nothing", () => {
  expect(trafficChart([], 1_000)).toBe("");
  expect(trafficChart([point(0, 0)], 1_000)).toBe("");
});

test("draws a canary as a line with two steps over its seconds", () => {
  const chart = trafficChart([point(0, 0), point(60_000, 10), point(360_000, 100)], 400_000);
  expect(chart).toMatch(/^```mermaid\n%%\{init: .+\}%%\nxychart-beta\n[\s\S]*\n```$/);
  expect(chart).toContain('x-axis "seconds since the deployment was created" 0 --> 400');
  const values = /line \[(.+)\]/.exec(chart)?.[1]?.split(", ").map(Number) ?? [];
  expect(values).toHaveLength(61);
  expect([values[0], values[8], values[9], values[53], values[54], values[60]]).toEqual([
    0, 0, 10, 10, 100, 100,
  ]);
});

test("shows long times in minutes", () => {
  expect(trafficChart([point(0, 0), point(3_600_000, 100)], 4_000_000)).toContain('"minutes since');
});
