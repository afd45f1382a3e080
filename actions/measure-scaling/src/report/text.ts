import { formatUnitPrice } from "../../../shared/cost/money.ts";

const rates = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

export function formatTasks(count: number): string {
  return `${count} task${count === 1 ? "" : "s"}`;
}

export function formatRate(perSecond: number): string {
  return `${rates.format(perSecond)} requests/s`;
}

export function formatNumber(value: number): string {
  return rates.format(value);
}

/** Formats `95 %`; a share below one per cent that is not zero: `0.02 %`. */
export function formatPercent(part: number): string {
  const percent = part * 100;
  return `${percent !== 0 && Math.abs(percent) < 1 ? percent.toPrecision(1) : Math.round(percent)} %`;
}

export function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Formats three digits, even of small amounts: a million requests may cost a tenth of a cent. */
export function formatCost(usd: number): string {
  return formatUnitPrice(Number(usd.toPrecision(3)));
}
