import type { EvaluatedResource } from "../cloudformation/resources.ts";
import { type Price, type PriceList, priceOf } from "./price-list.ts";
import type { TaskSize } from "./task-sizes.ts";
import type { Usage } from "./usage.ts";

/** What a month of a resource is billed for, before what every account is given. */
export interface CostLine {
  readonly template: string;
  /** Logical id, or what several resources of the template are together. */
  readonly resource: string;
  readonly price: Price;
  /** Units in a month. */
  readonly quantity: number;
  /** What the quantity is made of. */
  readonly basis: string;
}

export interface CostWorld {
  readonly priceList: PriceList;
  readonly usage: Usage;
  /** All of the set: what one costs may depend on another. */
  readonly resources: readonly EvaluatedResource[];
  /** Task definition family → the size of the revision that is deployed. */
  readonly taskSizes: ReadonlyMap<string, TaskSize>;
}

/** What a resource is billed for, or the reason why it is not. */
export type Bill = (resource: EvaluatedResource, world: CostWorld) => readonly CostLine[] | string;

/** AWS's month of 730 hours: a twelfth of a year. */
export const hoursOfMonth = 730;

export function costLine(
  { priceList }: CostWorld,
  resource: EvaluatedResource,
  priceId: string,
  quantity: number,
  basis: string,
): CostLine {
  const price = priceOf(priceList, priceId, nameOf(resource));
  return { template: resource.template, resource: resource.logicalId, price, quantity, basis };
}

export function nameOf({ template, logicalId }: EvaluatedResource): string {
  return `${template}/${logicalId}`;
}

export function ofType({ resources }: CostWorld, type: string): EvaluatedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The part of a month for which what goes with its stack is there. */
export function monthFraction({ hours }: Usage): number {
  return Math.min(1, hours / hoursOfMonth);
}

/** `1 task`, `2 tasks`. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
