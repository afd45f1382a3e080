import { type Filter, type PricingClient, paginateGetProducts } from "@aws-sdk/client-pricing";
import { isAccessDenied } from "../core/aws-errors.ts";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/task-definition.ts";
import type { KeptPrice, Price, PriceList } from "./price-list.ts";

interface PricingContext {
  readonly pricing: PricingClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** AWS's errors for a product that it does not have: they concern one price, others concern all. */
const faultsOfOnePrice = ["InvalidParameterException", "NotFoundException", "ResourceNotFoundException"];

/**
 * Returns the list with current prices of AWS's Price List API (GetProducts, API reference 2017-10-15). A price for
 * which the API does not return exactly one stays as it is, and is listed in `live.kept` with the reason.
 */
export async function refreshPrices(
  context: PricingContext,
  list: PriceList,
  ids: Iterable<string>,
): Promise<PriceList> {
  const date = new Date(context.now()).toISOString().slice(0, 10);
  const chosen = [...ids].flatMap((id) => list.prices.get(id) ?? []);
  const answers = new Map<string, Price | string>();
  // Services run in parallel, a service's prices one after another: the API allows few requests a second.
  const services = Map.groupBy(chosen, ({ serviceCode }) => serviceCode);
  const asking = [...services.values()].map(async (prices) => {
    for (const price of prices) answers.set(price.id, await refreshPrice(context, price, date));
  });
  await Promise.all(asking);
  const prices = new Map(list.prices);
  const kept: KeptPrice[] = [];
  for (const before of chosen) {
    const answer = answers.get(before.id) ?? "";
    if (typeof answer === "string") kept.push({ price: before, reason: answer });
    else prices.set(before.id, answer);
  }
  const refreshed = chosen.flatMap((before) => {
    const price = prices.get(before.id);
    return price && price !== before ? [{ price, before: before.usd }] : [];
  });
  return { ...list, prices, live: { date, refreshed, kept } };
}

async function refreshPrice(context: PricingContext, price: Price, date: string): Promise<Price | string> {
  const { serviceCode, usageType } = price;
  if (!serviceCode || !usageType) return "the list has no usage type to ask for";
  const products = await findProducts(context, serviceCode, { usagetype: usageType, ...price.filters });
  const found = typeof products === "string" ? products : livePriceOf(price, products);
  if (typeof found === "string") return found;
  const source = `AWS Price List API, ${serviceCode} ${usageType}, published on ${found.published}`;
  return { ...price, usd: found.usd, source, date };
}

/** Returns the products as JSON texts, or the sentence that says why AWS has none. */
async function findProducts(
  { pricing, signal }: PricingContext,
  ServiceCode: string,
  fields: Readonly<Record<string, string>>,
): Promise<string[] | string> {
  const Filters = Object.entries(fields).map(
    ([Field, Value]): Filter => ({
      Type: "TERM_MATCH",
      Field,
      Value,
    }),
  );
  const input = { ServiceCode, Filters, FormatVersion: "aws_v1" };
  const products: string[] = [];
  try {
    for await (const { PriceList = [] } of paginateGetProducts({ client: pricing }, input, {
      abortSignal: signal,
    }))
      products.push(...PriceList.map(String));
  } catch (error) {
    if (error instanceof Error && faultsOfOnePrice.includes(error.name))
      return `AWS returned ${error.name}: ${error.message}`;
    throw isAccessDenied(error) ? deniedFailure(error as Error) : error;
  }
  return products;
}

function deniedFailure(error: Error): Failure {
  return new Failure(`This role cannot read live prices: ${error.message}`, {
    nextStep:
      "allow pricing:GetProducts on all resources (the action supports no others) in the policy of this job's role, or remove the input live to use the dated list.",
    cause: error,
  });
}

interface LivePrice {
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
