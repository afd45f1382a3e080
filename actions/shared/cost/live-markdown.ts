import { markdownTable } from "../summary.ts";
import { formatUnitPrice } from "./money.ts";
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
