import { codeBlock } from "../../../shared/summary.ts";
import type { MeasuredPoint } from "./curve.ts";

/** Draws measured and ideal throughput as a chart for GitHub. A curve needs two points. */
export function scalingChart(points: readonly MeasuredPoint[]): string {
  if (points.length < 2) return "";
  const numbers = (pick: (point: MeasuredPoint) => number) =>
    points.map((point) => pick(point).toFixed(1)).join(", ");
  const highest = Math.max(
    ...points.flatMap(({ load, idealPerSecond }) => [load.answeredPerSecond, idealPerSecond]),
  );
  const lines = [
    // Grey for the ideal, green for the measurements: both are visible on light and dark pages.
    `%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#2da44e, #8b949e"}}}}%%`,
    "xychart-beta",
    '  title "Requests per second: measured (bars) and ideal (line)"',
    `  x-axis "tasks" [${points.map(({ taskCount }) => taskCount).join(", ")}]`,
    `  y-axis "requests per second" 0 --> ${Math.ceil(highest * 1.1)}`,
    `  bar [${numbers(({ load }) => load.answeredPerSecond)}]`,
    `  line [${numbers(({ idealPerSecond }) => idealPerSecond)}]`,
  ];
  return codeBlock(lines.join("\n"), "mermaid");
}
