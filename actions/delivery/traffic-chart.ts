import { codeBlock } from "../shared/summary.ts";
import type { TrafficPoint } from "./record.ts";

/** Enough to see a step of a minute in an hour, and few enough to stay legible as text. */
const samples = 60;

/**
 * Draws the new tasks' share of traffic over time, as a chart that GitHub renders in Markdown: mermaid's xychart-beta,
 * supported since mermaid 10.6. It spreads values evenly over the axis, so the steps are sampled. Empty when nothing
 * shifted.
 */
export function trafficChart(points: readonly TrafficPoint[], durationMs: number): string {
  const last = points.at(-1);
  if (!last || points.length < 2) return "";
  // A little beyond the last step, so that it is visible.
  const endMs = Math.max(last.atMs * 1.05, Math.min(durationMs, last.atMs * 1.2), 1_000);
  const values = Array.from({ length: samples + 1 }, (_, index) =>
    shareAt(points, (endMs * index) / samples),
  );
  const [unit, unitMs] = endMs >= 10 * 60_000 ? ["minutes", 60_000] : ["seconds", 1_000];
  const lines = [
    // The palette's first colour is hardly visible on white; this green is visible on light and dark pages.
    `%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "#2da44e"}}}}%%`,
    "xychart-beta",
    '  title "Traffic on the new tasks"',
    `  x-axis "${unit} since the deployment was created" 0 --> ${Math.ceil(endMs / unitMs)}`,
    '  y-axis "per cent" 0 --> 100',
    `  line [${values.join(", ")}]`,
  ];
  return codeBlock(lines.join("\n"), "mermaid");
}

function shareAt(points: readonly TrafficPoint[], atMs: number): number {
  return points.findLast((point) => point.atMs <= atMs)?.green ?? 0;
}
