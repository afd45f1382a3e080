import type { PricingClient } from "@aws-sdk/client-pricing";
import type { Log } from "../../core/log.ts";
import { formatChange, formatUnitPrice, formatUsd } from "../../cost/cost-line.ts";
import { readCostStacks } from "../../cost/cost-stacks.ts";
import { type CostDelta, compareCosts, type Estimate, estimateCosts } from "../../cost/estimate.ts";
import { changedPrices } from "../../cost/formats.ts";
import { type LivePrices, type PriceList, readPriceList } from "../../cost/price-list.ts";
import { readTaskSizes } from "../../cost/task-sizes.ts";
import { readUsage } from "../../cost/usage.ts";
import type { EstimateInputs, Installation } from "./inputs.ts";

interface EstimateContext {
  readonly log: Pick<Log, "info" | "warning">;
  /** Called only when live prices are wanted. */
  readonly createPricing: () => Promise<PricingClient>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Result of an estimate, with the difference to the one before where there is one. */
export interface Estimated {
  readonly estimate: Estimate;
  readonly delta: CostDelta | undefined;
}

/** Estimates from files, with AWS's prices where wanted; nothing is changed. */
export async function estimate(inputs: EstimateInputs, context: EstimateContext): Promise<Estimated> {
  const { log } = context;
  const dated = estimateAll(inputs, readPriceList(inputs.priceListFile));
  const { after, before } = inputs.live ? estimateAll(inputs, await askPrices(dated, context)) : dated;
  const delta = before && compareCosts(before, after);
  log.info(`${formatUsd(after.monthly)} a month, ${formatUsd(after.yearly)} in 12 months.`);
  if (delta) log.info(`The change: ${formatChange(delta.after - delta.before)} a month.`);
  return { estimate: after, delta };
}

interface Estimates {
  readonly after: Estimate;
  readonly before: Estimate | undefined;
}

function estimateAll(inputs: EstimateInputs, priceList: PriceList): Estimates {
  const usage = readUsage(inputs.usageFile);
  const estimate = (installation: Installation): Estimate =>
    estimateCosts({
      stacks: readCostStacks(installation),
      priceList,
      usage,
      taskSizes: readTaskSizes(installation.taskDefinitionsFolder),
    });
  return { after: estimate(inputs.after), before: inputs.before && estimate(inputs.before) };
}

/**
 * Returns the list with AWS's current prices for these estimates; logs a warning for each price that AWS does not
 * return.
 */
async function askPrices({ after, before }: Estimates, context: EstimateContext): Promise<PriceList> {
  const ids = new Set([after, before].flatMap((each) => each?.lines.map(({ price }) => price.id) ?? []));
  // Loads the client, which an estimate with the dated list does not need.
  const { refreshPrices } = await import("../../cost/refresh-prices.ts");
  const pricing = await context.createPricing();
  try {
    const list = await refreshPrices({ ...context, pricing }, after.priceList, ids);
    if (list.live) reportLivePrices(list.live, list.date, context.log);
    return list;
  } finally {
    pricing.destroy();
  }
}

function reportLivePrices(live: LivePrices, dated: string, log: EstimateContext["log"]): void {
  const { refreshed, kept } = live;
  log.info(`AWS's Price List API returned ${refreshed.length} of ${refreshed.length + kept.length} prices.`);
  for (const { price, before } of changedPrices(live))
    log.info(
      `${price.id}: ${formatUnitPrice(price.usd)} / ${price.unit}, in the list of ${dated} ${formatUnitPrice(before)}.`,
    );
  if (kept.length === 0) return;
  const named = kept.map(({ price, reason }) => `${price.id} of ${price.date} (${reason})`).join("; ");
  log.warning(`These prices could not be refreshed and are from the list: ${named}.`);
}

/** The Price List API exists in few regions; each returns the prices of all. Source: its user guide, endpoints. */
const region = "us-east-1";
/** The API allows few requests a second, and one estimate reads some twenty prices. */
const maxAttempts = 6;

/** Loaded only when prices are read from AWS. */
export async function createPricing(): Promise<PricingClient> {
  const { PricingClient } = await import("@aws-sdk/client-pricing");
  return new PricingClient({ region, maxAttempts });
}
