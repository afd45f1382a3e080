import type { PlannedStack } from "../../../../shared/cloudformation/dependencies.ts";
import { compareCosts } from "../../../../shared/cost/compare.ts";
import { estimateCosts } from "../../../../shared/cost/estimate.ts";
import { deltaMarkdown } from "../../../../shared/cost/markdown.ts";
import { readPriceList } from "../../../../shared/cost/price-list.ts";
import { readTaskSizes } from "../../../../shared/cost/task-sizes.ts";
import { readUsage } from "../../../../shared/cost/usage.ts";
import { architectureMarkdown } from "../../../../shared/diagram/mermaid.ts";
import { Failure } from "../../../../shared/failure.ts";
import { escapeText } from "../../../../shared/summary.ts";
import { onlyDeletable } from "../../apply/recover-stack.ts";
import type { ProvisionContext } from "../../context.ts";
import type { StackSet } from "../../set/choose-stacks.ts";
import { readDeployed } from "../../stack/deployed-stack.ts";
import { describeStack } from "../../stack/stack.ts";

/** The stacks of a profile before and after a plan is applied, including those that it does not change. */
interface BeforeAndAfter {
  readonly before: readonly PlannedStack[];
  readonly after: readonly PlannedStack[];
  readonly region: string;
}

/** A section of a plan's summary in addition to the changes, as markdown; a Failure is shown in its place. */
interface PlanSection {
  readonly title: string;
  write(stacks: BeforeAndAfter): string;
}

/** Shows the cost of the change if everything runs day and night, from this action's own list of prices. */
const costSection: PlanSection = {
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

/** Shows the planned stacks, drawn from their templates. */
const architectureSection: PlanSection = {
  title: "Architecture",
  write: ({ after, region }) => architectureMarkdown(after, region),
};

const sections: readonly PlanSection[] = [costSection, architectureSection];

/** Writes the summary's further sections. One that fails says why: that is no reason to hide the plan. */
export async function writeSections(context: ProvisionContext, set: StackSet): Promise<string[]> {
  const stacks = await readBoth(context, set).catch(asFailure);
  return sections.map(({ title, write }) => {
    try {
      if (stacks instanceof Failure) throw stacks;
      return write(stacks);
    } catch (error) {
      return `### ${title}\n\nNot available: ${escapeText(asFailure(error).message)}.`;
    }
  });
}

async function readBoth(context: ProvisionContext, set: StackSet): Promise<BeforeAndAfter> {
  const ofProfile = set.folder.filter(({ template }) => !set.leftOut.includes(template.name));
  const pairs = await Promise.all(
    ofProfile.map(async (planned) => {
      const stack = await describeStack(context, planned.stackName);
      const holds = stack && !onlyDeletable.includes(stack.StackStatus ?? "");
      const before = holds ? await readDeployed(context, stack, planned) : undefined;
      return {
        before,
        after: set.stacks.some(({ stackName }) => stackName === planned.stackName) ? planned : before,
      };
    }),
  );
  return {
    before: pairs.flatMap(({ before }) => before ?? []),
    after: pairs.flatMap(({ after }) => after ?? []),
    region: await context.cloudformation.config.region(),
  };
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  throw error;
}
