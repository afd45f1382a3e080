import type { Estimate } from "./estimate.ts";

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
