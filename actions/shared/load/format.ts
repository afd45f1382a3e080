import { formatDuration } from "../duration.ts";
import type { LoadReport } from "./report.ts";

/** Formats at least three digits, the precision of the histograms. */
export function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** Formats `closed loop, 32 connections for 1 min`. */
export function describeLoad({
  loop,
  level,
  durationMs,
}: Pick<LoadReport, "loop" | "level" | "durationMs">): string {
  const unit = loop === "closed" ? "connections" : "requests/s";
  return `${loop} loop, ${formatNumber(level)} ${unit} for ${formatDuration(durationMs)}`;
}
