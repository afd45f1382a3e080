import type { Log } from "../../core/log.ts";
import { formatChange, formatUsd } from "../../cost/cost-line.ts";
import { readCostStacks } from "../../cost/cost-stacks.ts";
import { type CostDelta, compareCosts, type Estimate, estimateCosts } from "../../cost/estimate.ts";
import { readPriceList } from "../../cost/price-list.ts";
import { readTaskSizes } from "../../cost/task-sizes.ts";
import { readUsage } from "../../cost/usage.ts";
import type { EstimateInputs, Installation } from "./inputs.ts";

/** Result of an estimate, with the difference to the one before where there is one. */
export interface Estimated {
  readonly estimate: Estimate;
  readonly delta: CostDelta | undefined;
}

/** Estimates from files; nothing is changed. */
export function estimate(inputs: EstimateInputs, { info }: Pick<Log, "info">): Estimated {
  const shared = { priceList: readPriceList(), usage: readUsage(inputs.usageFile) };
  const estimateOf = ({ taskDefinitionsFolder, ...choice }: Installation): Estimate =>
    estimateCosts({
      ...shared,
      stacks: readCostStacks(choice),
      taskSizes: readTaskSizes(taskDefinitionsFolder),
    });
  const after = estimateOf(inputs.after);
  const delta = inputs.before && compareCosts(estimateOf(inputs.before), after);
  info(`${formatUsd(after.monthly)} a month, ${formatUsd(after.yearly)} in 12 months.`);
  if (delta) info(`The change: ${formatChange(delta.after - delta.before)} a month.`);
  return { estimate: after, delta };
}
