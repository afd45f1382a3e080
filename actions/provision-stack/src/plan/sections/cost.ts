import { compareCosts } from "../../../../shared/cost/compare.ts";
import { estimateCosts } from "../../../../shared/cost/estimate.ts";
import { deltaMarkdown } from "../../../../shared/cost/markdown.ts";
import { readPriceList } from "../../../../shared/cost/price-list.ts";
import { readTaskSizes } from "../../../../shared/cost/task-sizes.ts";
import { readUsage } from "../../../../shared/cost/usage.ts";
import { Failure } from "../../../../shared/failure.ts";
import type { PlanSection } from "./section.ts";

/** Shows the cost of the change if everything runs day and night, from this action's own list of prices. */
export const costSection: PlanSection = {
  title: "Cost of this change",
  write({ before, after, region }) {
    const priceList = readPriceList(undefined);
    if (priceList.region !== region)
      throw new Failure(`the price list is for ${priceList.region}, not for ${region}`);
    const shared = { priceList, usage: readUsage(undefined), taskSizes: readTaskSizes(undefined) };
    const delta = compareCosts(
      estimateCosts({ stacks: before, ...shared }),
      estimateCosts({ stacks: after, ...shared }),
    );
    return `${deltaMarkdown(delta)}\n\nList prices of ${priceList.date}, with everything running all the time; the action estimate-cost shows details.`;
  },
};
