import { formatDuration } from "../core/duration.ts";
import type { Load } from "./loop.ts";

/** Formats at least three digits, the precision of the histograms. */
export function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

export const formatMs = (ms: number) => `${formatNumber(ms)} ms`;

export const formatRate = (perSecond: number) => `${formatNumber(perSecond)} requests/s`;

/** Formats a part of 1. */
export const formatPercent = (part: number) => `${formatNumber(part * 100)} %`;

/** Formats `Closed loop, 32 connections for 1 min`. */
export function describeLoad({
  loop,
  level,
  durationMs,
}: Pick<Load, "loop" | "level" | "durationMs">): string {
  const amount = loop === "closed" ? `Closed loop, ${level} connections` : `Open loop, ${formatRate(level)}`;
  return `${amount} for ${formatDuration(durationMs)}`;
}
