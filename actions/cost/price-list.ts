import { Failure } from "../core/failure.ts";
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
  /** AWS's page with the price. */
  readonly source: string;
  /** ISO date on which the price was last seen. */
  readonly date: string;
}

export interface PriceList {
  readonly region: string;
  /** ISO date of the newest price in the file. */
  readonly date: string;
  readonly prices: ReadonlyMap<string, Price>;
}

const listed: PriceList = {
  region: list.region,
  date: list.date,
  prices: new Map((list.prices as readonly Price[]).map((price) => [price.id, price])),
};

/** Returns the list of us-east-1 that comes with the actions. */
export const readPriceList = (): PriceList => listed;

/** Returns an id's price; refuses an id that the list does not have. */
export function priceOf(priceList: PriceList, id: string, needed: string): Price {
  const price = priceList.prices.get(id);
  if (price) return price;
  throw new Failure(`The price list does not have the price ${id}, which ${needed} needs`, {
    nextStep: "add it to actions/cost/prices-us-east-1.json.",
  });
}

/** Returns the ids with this beginning, without it: for example, the possible instance classes. */
export function idsAfter({ prices }: PriceList, beginning: string): string[] {
  return [...prices.keys()].flatMap((id) => (id.startsWith(beginning) ? [id.slice(beginning.length)] : []));
}
