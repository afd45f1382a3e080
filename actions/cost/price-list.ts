import { readDataFile } from "../core/data-file.ts";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/task-definition.ts";
import list from "./prices-us-east-1.json" with { type: "json" };

export interface Price {
  readonly id: string;
  /** The AWS service that has the price on its part of the bill. */
  readonly service: string;
  readonly description: string;
  readonly unit: string;
  /** US dollars for one unit. */
  readonly usd: number;
  /** Units that are free for every account every month, without a time limit. */
  readonly freeEachMonth?: number;
  /** vCPUs of an instance class. */
  readonly vcpus?: number;
  /** ISO dates, where a price begins or ends on a day that AWS has announced. */
  readonly chargedFrom?: string;
  readonly chargedUntil?: string;
  /** Keys of the price in the Price List API: service, usage type, and further attributes that distinguish products. */
  readonly serviceCode?: string;
  readonly usageType?: string;
  readonly filters?: Readonly<Record<string, string>>;
  /** AWS's page with the price, or its product in the Price List API. */
  readonly source: string;
  /** ISO date on which the price was last seen. */
  readonly date: string;
}

export interface RefreshedPrice {
  readonly price: Price;
  /** US dollars for one unit in the list. */
  readonly before: number;
}

export interface KeptPrice {
  readonly price: Price;
  /** Why it could not be refreshed. */
  readonly reason: string;
}

/** Result of reading AWS's Price List API. */
export interface LivePrices {
  /** ISO date. */
  readonly date: string;
  readonly refreshed: readonly RefreshedPrice[];
  /** Prices of the list that could not be refreshed. */
  readonly kept: readonly KeptPrice[];
}

export interface PriceList {
  readonly region: string;
  /** ISO date of the newest price in the file. */
  readonly date: string;
  readonly prices: ReadonlyMap<string, Price>;
  /** Undefined when all prices are those of the file. */
  readonly live?: LivePrices;
}

/** Reads the list in `file`, or the one of us-east-1 that comes with the action. */
export function readPriceList(file: string | undefined): PriceList {
  return file ? checkPriceList(readDataFile(file), file) : checkPriceList(list, "the built-in price list");
}

/** Returns an id's price; refuses an id that the list does not have. */
export function priceOf(priceList: PriceList, id: string, needed: string): Price {
  const price = priceList.prices.get(id);
  if (price) return price;
  throw new Failure(`The price list does not have the price ${id}, which ${needed} needs`, {
    nextStep: "add it to the file of the input price-list, or remove the input.",
  });
}

/** Returns the ids with this beginning, without it: for example, the possible instance classes. */
export function idsAfter({ prices }: PriceList, beginning: string): string[] {
  return [...prices.keys()].flatMap((id) => (id.startsWith(beginning) ? [id.slice(beginning.length)] : []));
}

function checkPriceList(value: unknown, file: string): PriceList {
  if (!isObject(value) || !Array.isArray(value.prices)) throw wrong(file, "the list `prices` is missing");
  for (const name of ["region", "date"])
    if (typeof value[name] !== "string") throw wrong(file, `the string \`${name}\` is missing`);
  const prices = new Map<string, Price>();
  for (const [index, price] of value.prices.entries()) {
    const fault = faultOf(price);
    if (fault) throw wrong(file, `prices[${index}] ${fault}`);
    if (prices.has(price.id)) throw wrong(file, `it has the price ${price.id} twice`);
    prices.set(price.id, price);
  }
  return { region: value.region as string, date: value.date as string, prices };
}

function faultOf(price: unknown): string | undefined {
  if (!isObject(price)) return "is not an object";
  const missing = ["id", "service", "description", "unit", "source", "date"].find(
    (name) => typeof price[name] !== "string" || price[name] === "",
  );
  if (missing) return `does not have the string \`${missing}\``;
  const notAsked = ["serviceCode", "usageType"].find(
    (name) => !["undefined", "string"].includes(typeof price[name]),
  );
  if (notAsked) return `(${price.id}) has \`${notAsked}\`, which is not a string`;
  const { filters = {} } = price;
  if (!isObject(filters) || Object.values(filters).some((value) => typeof value !== "string"))
    return `(${price.id}) has \`filters\`, which is not an object of strings`;
  const numbers = [price.usd, price.freeEachMonth ?? 0, price.vcpus ?? 0];
  const right = numbers.every((number) => typeof number === "number" && number >= 0);
  return right
    ? undefined
    : `(${price.id}) needs \`usd\`, and freeEachMonth and vcpus if given, of at least 0`;
}

function wrong(file: string, fault: string): Failure {
  return new Failure(`${file} is not a price list: ${fault}`, {
    nextStep: "use the format of actions/cost/prices-us-east-1.json.",
  });
}
