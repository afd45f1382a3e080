import { type Filter, type PricingClient, paginateGetProducts } from "@aws-sdk/client-pricing";
import { isAccessDenied } from "../aws-errors.ts";
import { Failure } from "../failure.ts";
import { livePriceOf } from "./live-price.ts";
import type { KeptPrice, Price, PriceList } from "./price-list.ts";

export interface PricingContext {
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
