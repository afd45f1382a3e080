import { isObject } from "../task-definition.ts";
import type { Price } from "./price-list.ts";

export interface LivePrice {
  /** US dollars for one unit. */
  readonly usd: number;
  /** ISO date on which AWS published it. */
  readonly published: string;
}

/**
 * AWS's names of the list's units, by the last word of the list's unit. Another unit, such as `10K Requests`, would
 * make the price wrong by its factor.
 */
const unitsOfAws: Readonly<Record<string, RegExp>> = {
  hour: /^([a-z0-9]+-)?(hr|hour)s?$/i,
  GB: /^GB$/,
  "GB-month": /^GB-Mo(nth)?$/i,
  month: /^(secret|key|alarm|metric|dashboard|pipeline|user|month)s?$/i,
  call: /^(API )?(request|call)s?$/i,
  request: /^(API )?(request|call)s?$/i,
  minute: /^(min|minute)s?$/i,
};

/**
 * Returns the price in GetProducts' response, or the sentence that says why there is none: no product or several, other
 * units, or a free part that the list does not have. Of prices by quantity it is the first, as in the list.
 */
export function livePriceOf(price: Price, products: readonly string[]): LivePrice | string {
  if (products.length === 0) return "AWS has no product with its usage type and filters";
  const parsed = products.map((text) => JSON.parse(text) as unknown);
  if (parsed.length > 1) return severalProducts(parsed);
  const [product] = parsed;
  const offers = valuesOf(member(product, "terms", "OnDemand"));
  if (offers.length !== 1) return `AWS lists ${offers.length} on-demand prices for its product, not one`;
  const tiers = valuesOf(member(offers[0], "priceDimensions")).map(tierOf);
  const tier = tiers.toSorted((one, other) => one.begin - other.begin).find(({ usd }) => usd > 0);
  if (!tier) return "AWS lists no price above zero in US dollars";
  if (tier.begin > 0 && tier.begin !== price.freeEachMonth)
    return `AWS includes ${tier.begin} free ${tier.unit}, the list ${price.freeEachMonth ?? 0}`;
  if (!countsAlike(price.unit, tier.unit)) return `AWS charges by ${tier.unit}, the list by ${price.unit}`;
  return { usd: tier.usd, published: String(member(product, "publicationDate")).slice(0, 10) };
}

function countsAlike(unit: string, ofAws: string): boolean {
  const pattern = unitsOfAws[unit] ?? unitsOfAws[unit.split("-").at(-1) ?? ""];
  return pattern?.test(ofAws) ?? false;
}

/** Names the attributes that distinguish the products, to add to the list's filters. */
function severalProducts(products: readonly unknown[]): string {
  const attributes = products.map((product) => member(product, "product", "attributes"));
  const names = [...new Set(attributes.flatMap((each) => (isObject(each) ? Object.keys(each) : [])))];
  const differing = names.filter((name) => new Set(attributes.map((each) => member(each, name))).size > 1);
  const difference = differing.length > 0 ? `, which differ in ${differing.join(", ")}` : "";
  return `AWS has ${products.length} products with its usage type and filters${difference}`;
}

function tierOf(dimension: unknown): { begin: number; usd: number; unit: string } {
  return {
    begin: Number(member(dimension, "beginRange")),
    usd: Number(member(dimension, "pricePerUnit", "USD")),
    unit: String(member(dimension, "unit")),
  };
}

function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((each, name) => (isObject(each) ? each[name] : undefined), value);
}

function valuesOf(value: unknown): unknown[] {
  return isObject(value) ? Object.values(value) : [];
}
