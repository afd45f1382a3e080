import type { CostDelta, Estimate, PricedLine } from "./estimate.ts";

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

function nameOf({ template, resource, price }: PricedLine) {
  return { service: price.service, template, resource, price: price.id };
}

function lineJson(line: PricedLine) {
  const { price, quantity, free, basis, monthly } = line;
  const { description, unit, usd } = price;
  return { ...nameOf(line), description, quantity, free, unit, unitPrice: usd, monthly, basis };
}
