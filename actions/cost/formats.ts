import { markdownTable } from "../core/summary.ts";
import { formatUnitPrice } from "./cost-line.ts";
import type { CostDelta, Estimate, PricedLine } from "./estimate.ts";
import type { LivePrices, PriceList, RefreshedPrice } from "./price-list.ts";

/** Shows the date of the prices, and lists those that are older than requested. */
export function priceDatesMarkdown(list: PriceList): string {
  const { region, date, live } = list;
  const without = "without tax, credits or the offers for new accounts.";
  if (!live) return `List prices of ${region} of ${date}, ${without}`;
  const asked = live.refreshed.length + live.kept.length;
  const head = `List prices of ${region}, ${without} ${live.refreshed.length} of ${asked} are from AWS's Price List API on ${live.date}.`;
  return [head, changedTable(list, live), keptTable(list, live)].filter(Boolean).join("\n\n");
}

/** Returns the prices that differ from the list. */
export function changedPrices({ refreshed }: LivePrices): RefreshedPrice[] {
  return refreshed.filter(({ price, before }) => price.usd !== before);
}

function changedTable({ date }: PriceList, live: LivePrices): string {
  const rows = changedPrices(live).map(({ price, before }) => [
    price.id,
    price.description,
    `${formatUnitPrice(before)} / ${price.unit}`,
    `${formatUnitPrice(price.usd)} / ${price.unit}`,
  ]);
  if (rows.length === 0) return "";
  return `Other than in the list of ${date}:\n\n${markdownTable(["Price", "Item", "List", "Now"], rows)}`;
}

function keptTable({ date }: PriceList, { kept }: LivePrices): string {
  const rows = kept.map(({ price, reason }) => [
    price.id,
    `${formatUnitPrice(price.usd)} / ${price.unit}`,
    price.date,
    reason,
  ]);
  if (rows.length === 0) return "";
  return `**Not refreshed**, so as in the list of ${date}:\n\n${markdownTable(["Price", "List", "Of", "Why"], rows)}`;
}

const columns = [
  "service",
  "item",
  "template",
  "resource",
  "quantity",
  "free",
  "unit",
  "unit price (USD)",
  "monthly (USD)",
  "12 months (USD)",
  "basis",
  "price of",
  "source",
];

/** Formats the estimate one line each, by RFC 4180; free resources with their reason as the basis. */
export function estimateCsv({ lines, freeResources, monthly, yearly }: Estimate): string {
  const billed = lines.map(({ price, template, resource, quantity, free, basis, monthly }) => [
    price.service,
    price.description,
    template,
    resource,
    quantity,
    free,
    price.unit,
    price.usd,
    rounded(monthly),
    rounded(12 * monthly),
    basis,
    price.date,
    price.source,
  ]);
  const given = freeResources.map(({ template, resource, type, reason }) => [
    "free",
    type,
    template,
    resource,
    ...Array(4).fill(""),
    0,
    0,
    reason,
    "",
    "",
  ]);
  const total = ["total", ...Array(7).fill(""), rounded(monthly), rounded(yearly), "", "", ""];
  return [columns, ...billed, ...given, total].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** Rounds to a ten-thousandth of a cent: more digits are only floating-point noise. */
function rounded(usd: number): number {
  return Number(usd.toFixed(6));
}

function cell(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

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
