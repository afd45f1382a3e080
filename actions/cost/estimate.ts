import { type EvaluatedResource, evaluateResources } from "../cloudformation/resources.ts";
import type { PlannedStack } from "../cloudformation/template.ts";
import type { BillName } from "../cloudformation/types/row.ts";
import { rowOf } from "../cloudformation/types/table.ts";
import { Failure } from "../core/failure.ts";
import { type Bill, type CostContext, type CostLine, lineOf, nameOf } from "./cost-line.ts";
import type { PriceList } from "./price-list.ts";
import { deliveryBills } from "./services/delivery-and-monitoring.ts";
import { ec2Bills } from "./services/ec2.ts";
import { ecsBills } from "./services/ecs.ts";
import { loadBalancingBills } from "./services/load-balancing.ts";
import { networkBills } from "./services/network.ts";
import { rdsBills } from "./services/rds.ts";
import type { TaskSize } from "./task-sizes.ts";
import type { Usage } from "./usage.ts";

const bills: Readonly<Record<BillName, Bill>> = {
  ...deliveryBills,
  ...ec2Bills,
  ...ecsBills,
  ...loadBalancingBills,
  ...networkBills,
  ...rdsBills,
};

/** Returns the function that bills resources of a type, or why they are free; undefined for another type. */
export function billOf(type: string): Bill | string | undefined {
  const { bill, free } = rowOf(type) ?? {};
  return bill ? bills[bill] : free;
}

export interface PricedLine extends CostLine {
  /** Units of the quantity that are free for every account. */
  readonly free: number;
  /** US dollars. */
  readonly monthly: number;
}

interface FreeResource {
  readonly template: string;
  readonly resource: string;
  readonly type: string;
  readonly reason: string;
}

/** Amounts are US dollars, not rounded; lines are by AWS service, most expensive first. */
export type Estimate = ReturnType<typeof estimateCosts>;

interface ToEstimate {
  readonly stacks: readonly PlannedStack[];
  readonly priceList: PriceList;
  readonly usage: Usage;
  readonly taskSizes: ReadonlyMap<string, TaskSize>;
}

/**
 * Estimates a month's cost of these stacks under this use. A resource type that is neither free nor priced is refused
 * with an error that names it.
 */
export function estimateCosts({ stacks, priceList, usage, taskSizes }: ToEstimate) {
  const resources = evaluateResources(stacks, priceList.region);
  refuseUnknownTypes(resources);
  const context: CostContext = { priceList, usage, resources, taskSizes };
  const lines: CostLine[] = [];
  const freeResources: FreeResource[] = [];
  for (const resource of resources) {
    const { template, logicalId, type } = resource;
    const bill = billOf(type) ?? "";
    const billed = typeof bill === "string" ? bill : bill(resource, context, lineOf(context, resource));
    if (typeof billed === "string")
      freeResources.push({ template, resource: logicalId, type, reason: billed });
    else lines.push(...billed);
  }
  const priced = byService(takeFree(together(lines), usage));
  const monthly = priced.reduce((sum, line) => sum + line.monthly, 0);
  return { lines: priced, freeResources, monthly, yearly: 12 * monthly, usage, priceList };
}

function refuseUnknownTypes(resources: readonly EvaluatedResource[]): void {
  const unknown = resources.filter(({ type }) => billOf(type) === undefined);
  if (unknown.length === 0) return;
  const named = unknown.map((resource) => `${nameOf(resource)} (${resource.type})`).join(", ");
  throw new Failure(`The prices of these are not known: ${named}`, {
    nextStep:
      "leave these templates out of the file of parameters, or add the types to actions/cloudformation/types.",
  });
}

/** Combines lines of one resource and one price. */
function together(lines: readonly CostLine[]): CostLine[] {
  const alike = Map.groupBy(lines, keyOf);
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (!first || others.length === 0) return first ?? [];
    const quantity = others.reduce((sum, line) => sum + line.quantity, first.quantity);
    return { ...first, quantity, basis: `${others.length + 1} × ${first.basis}` };
  });
}

export function keyOf({ template, resource, price }: CostLine): string {
  return `${template}/${resource}/${price.id}`;
}

/** Subtracts free amounts, which exist once per account, from the first lines that use them. */
function takeFree(lines: readonly CostLine[], { alwaysFree }: Usage): PricedLine[] {
  const left = new Map<string, number>();
  return lines.map((line) => {
    const { id, usd, freeEachMonth = 0 } = line.price;
    const given = left.get(id) ?? (alwaysFree ? freeEachMonth : 0);
    const free = Math.min(given, line.quantity);
    left.set(id, given - free);
    return { ...line, free, monthly: (line.quantity - free) * usd };
  });
}

function byService(lines: readonly PricedLine[]): PricedLine[] {
  const services = [...servicesOf(lines).keys()];
  return lines.toSorted(
    (one, other) => services.indexOf(one.price.service) - services.indexOf(other.price.service),
  );
}

/** Returns service → US dollars a month, most expensive first. */
export function servicesOf(lines: readonly PricedLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { price, monthly } of lines) sums.set(price.service, (sums.get(price.service) ?? 0) + monthly);
  return new Map([...sums].sort(([, one], [, other]) => other - one));
}

export interface CostChange {
  readonly kind: "added" | "removed" | "changed";
  /** The line after the change; of a removed resource, before it. */
  readonly line: PricedLine;
  /** US dollars a month. */
  readonly before: number;
  readonly after: number;
}

/** The greatest change is the first. */
export type CostDelta = ReturnType<typeof compareCosts>;

/** A smaller difference per month is only floating-point arithmetic. */
const nothing = 1e-9;

/** Compares the monthly cost before and after a change of templates, parameters or use. */
export function compareCosts(before: Estimate, after: Estimate) {
  const [earlier, later] = [before, after].map(
    ({ lines }) => new Map(lines.map((line) => [keyOf(line), line])),
  );
  const keys = [...new Set([...(later?.keys() ?? []), ...(earlier?.keys() ?? [])])];
  const changes = keys.flatMap((key) => changeOf(earlier?.get(key), later?.get(key)));
  return {
    before: before.monthly,
    after: after.monthly,
    changes: changes.toSorted((one, other) => sizeOf(other) - sizeOf(one)),
  };
}

function changeOf(earlier: PricedLine | undefined, later: PricedLine | undefined): CostChange[] {
  const line = later ?? earlier;
  if (!line) return [];
  const [before, after] = [earlier?.monthly ?? 0, later?.monthly ?? 0];
  if (!earlier) return [{ kind: "added", line, before, after }];
  if (!later) return [{ kind: "removed", line, before, after }];
  const same = Math.abs(after - before) < nothing && Math.abs(later.quantity - earlier.quantity) < nothing;
  return same ? [] : [{ kind: "changed", line, before, after }];
}

function sizeOf({ before, after }: CostChange): number {
  return Math.abs(after - before);
}
