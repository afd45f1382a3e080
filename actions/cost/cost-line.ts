import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { type Price, type PriceList, priceOf } from "./price-list.ts";
import type { TaskSize } from "./task-sizes.ts";
import type { Usage } from "./usage.ts";

/** One billed item of a resource for a month, before the free amounts of every account. */
export interface CostLine {
  readonly template: string;
  /** Logical id, or a name for several resources of the template together. */
  readonly resource: string;
  readonly price: Price;
  /** Units in a month. */
  readonly quantity: number;
  /** How the quantity is computed. */
  readonly basis: string;
}

export interface CostContext {
  readonly priceList: PriceList;
  readonly usage: Usage;
  /** All of the set: the cost of one may depend on another. */
  readonly resources: readonly EvaluatedResource[];
  /** Task definition family → the size of the deployed revision. */
  readonly taskSizes: ReadonlyMap<string, TaskSize>;
}

/** Bills units of one resource. */
export type Line = (priceId: string, quantity: number, basis: string) => CostLine;

/** Returns a resource's billed items, or the reason why it is not billed. */
export type Bill = (
  resource: EvaluatedResource,
  context: CostContext,
  line: Line,
) => readonly CostLine[] | string;

/** AWS's month of 730 hours: a twelfth of a year. */
export const hoursOfMonth = 730;

export function lineOf({ priceList }: CostContext, resource: EvaluatedResource): Line {
  return (priceId, quantity, basis) => {
    const price = priceOf(priceList, priceId, nameOf(resource));
    return { template: resource.template, resource: resource.logicalId, price, quantity, basis };
  };
}

export function nameOf({ template, logicalId }: EvaluatedResource): string {
  return `${template}/${logicalId}`;
}

export function ofType({ resources }: CostContext, type: string): EvaluatedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** Returns the part of a month for which resources that are deleted with their stack exist. */
export function monthFraction({ hours }: Usage): number {
  return Math.min(1, hours / hoursOfMonth);
}

const cents = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** Enough digits for the cheapest price of the list, a read in S3. */
const unitPrice = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 8 });
const amounts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** Formats `$1,234.50`; `< $0.01` for an amount between zero and a cent. */
export function formatUsd(usd: number): string {
  return usd > 0 && usd < 0.005 ? "< $0.01" : `$${cents.format(usd)}`;
}

/** Formats `+$3.65`, `−$3.65`, `±$0.00`. */
export function formatChange(usd: number): string {
  const sign = Math.abs(usd) < 0.005 ? "±" : usd > 0 ? "+" : "−";
  return `${sign}$${cents.format(Math.abs(usd))}`;
}

export function formatUnitPrice(usd: number): string {
  return `$${unitPrice.format(usd)}`;
}

export function formatQuantity(quantity: number): string {
  return quantity > 0 && quantity < 0.005 ? "< 0.01" : amounts.format(quantity);
}
