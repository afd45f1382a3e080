import type { CostDelta } from "./compare.ts";
import type { Estimate, PricedLine } from "./estimate.ts";
import type { LivePrices } from "./price-list.ts";

/** Returns the estimate and its parts, for other programs. US dollars are not rounded. */
export function estimateJson(estimate: Estimate, delta?: CostDelta): string {
  const { lines, freeResources, monthly, yearly, usage, priceList } = estimate;
  const content = {
    currency: "USD",
    region: priceList.region,
    pricesOf: priceList.date,
    ...(priceList.live && { live: liveJson(priceList.live) }),
    monthly,
    yearly,
    lines: lines.map(lineJson),
    free: freeResources,
    usage,
    ...(delta && {
      change: {
        monthly: delta.after - delta.before,
        lines: delta.changes.map(({ kind, line, before, after }) => ({
          kind,
          ...nameOf(line),
          before,
          after,
        })),
      },
    }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function liveJson({ date, refreshed, kept }: LivePrices) {
  return {
    date,
    refreshed: refreshed.map(({ price, before }) => ({ price: price.id, before, unitPrice: price.usd })),
    kept: kept.map(({ price, reason }) => ({
      price: price.id,
      unitPrice: price.usd,
      of: price.date,
      reason,
    })),
  };
}

function nameOf({ template, resource, price }: PricedLine) {
  return { service: price.service, template, resource, price: price.id };
}

function lineJson(line: PricedLine) {
  const { price, quantity, free, basis, monthly } = line;
  const { description, unit, usd } = price;
  return { ...nameOf(line), description, quantity, free, unit, unitPrice: usd, monthly, basis };
}
