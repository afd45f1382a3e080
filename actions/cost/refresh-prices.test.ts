import { expect, test } from "vitest";
import type { Price } from "./price-list.ts";
import { livePriceOf } from "./refresh-prices.ts";

const priceBy = (unit: string, more: Partial<Price> = {}): Price => ({
  id: "one",
  service: "S",
  description: "D",
  unit,
  usd: 1,
  source: "u",
  date: "2026-01-01",
  ...more,
});

type Tier = readonly [begin: string, usd: string];

function product(unit: string, tiers: readonly Tier[], attributes: Record<string, string> = {}): string {
  const priceDimensions = Object.fromEntries(
    tiers.map(([beginRange, USD], index) => [`rate ${index}`, { unit, beginRange, pricePerUnit: { USD } }]),
  );
  const terms = { OnDemand: { offer: { priceDimensions } } };
  return JSON.stringify({ product: { attributes }, terms, publicationDate: "2026-10-09T12:00:00Z" });
}

test.each<[unit: string, ofAws: string]>([
  ["hour", "Hrs"],
  ["vCPU-hour", "hours"],
  ["vCPU-hour", "vCPU-Hours"],
  ["LCU-hour", "LCU-Hrs"],
  ["GB", "GB"],
  ["GB-month", "GB-Mo"],
  ["secret-month", "Secrets"],
  ["call", "API Requests"],
  ["request", "Requests"],
  ["minute", "Minutes"],
])("reads a price by %s from AWS's price by %s", (unit, ofAws) => {
  expect(livePriceOf(priceBy(unit), [product(ofAws, [["0", "0.0225000000"]])])).toEqual({
    usd: 0.0225,
    published: "2026-10-09",
  });
});

test.each<[string, Price, readonly Tier[], number]>([
  [
    "the first of several by quantity",
    priceBy("GB"),
    [
      ["10240", "0.085"],
      ["0", "0.09"],
    ],
    0.09,
  ],
  [
    "the first above a free part that the list has, too",
    priceBy("GB", { freeEachMonth: 5 }),
    [
      ["0", "0"],
      ["5", "0.5"],
    ],
    0.5,
  ],
])("reads the price %s", (_, price, tiers, usd) => {
  expect(livePriceOf(price, [product("GB", tiers)])).toMatchObject({ usd });
});

const hourly: readonly Tier[] = [["0", "0.02"]];

test.each<[string, string, readonly string[], string]>([
  ["no product", "hour", [], "AWS has no product with its usage type and filters"],
  [
    "several products",
    "hour",
    [
      product("Hrs", hourly, { location: "here", operation: "A" }),
      product("Hrs", hourly, { location: "here", operation: "B", group: "G" }),
    ],
    "AWS has 2 products with its usage type and filters, which differ in operation, group",
  ],
  [
    "another unit",
    "request",
    [product("10K Requests", hourly)],
    "AWS charges by 10K Requests, the list by request",
  ],
  [
    "hours for months",
    "alarm-month",
    [product("Hrs", hourly)],
    "AWS charges by Hrs, the list by alarm-month",
  ],
  ["an unknown unit", "furlong", [product("furlong", hourly)], "AWS charges by furlong, the list by furlong"],
  [
    "nothing above zero",
    "hour",
    [product("Hrs", [["0", "0"]])],
    "AWS lists no price above zero in US dollars",
  ],
  [
    "a free part that the list does not have",
    "GB",
    [
      product("GB", [
        ["0", "0"],
        ["50", "0.5"],
      ]),
    ],
    "AWS includes 50 free GB, the list 0",
  ],
  ["no offer on demand", "hour", ['{"terms":{}}'], "AWS lists 0 on-demand prices for its product, not one"],
])("finds no price in %s, and says why", (_, unit, products, reason) => {
  expect(livePriceOf(priceBy(unit), products)).toBe(reason);
});
