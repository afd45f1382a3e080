import { setOutput } from "@actions/core";
import type { PlannedStack } from "../../../cloudformation/template.ts";
import { appendSummary, markdownOf, type Part } from "../../../core/card.ts";
import { commentPlan } from "../../../core/comment-plan.ts";
import { Failure } from "../../../core/failure.ts";
import { escapeText } from "../../../core/summary.ts";
import { compareCosts, estimateCosts } from "../../../cost/estimate.ts";
import { deltaMarkdown } from "../../../cost/markdown.ts";
import { readPriceList } from "../../../cost/price-list.ts";
import { readTaskSizes } from "../../../cost/task-sizes.ts";
import { readUsage } from "../../../cost/usage.ts";
import { architectureOf } from "../../../diagram/architecture.ts";
import { onlyDeletable } from "../apply/recover-stack.ts";
import type { ProvisionContext } from "../context.ts";
import { skipExisting } from "../existing/find-existing.ts";
import type { ProvisionInputs } from "../inputs.ts";
import type { StackSet } from "../set/choose-stacks.ts";
import { checkImports, readExports } from "../set/imports.ts";
import { eachInOrder } from "../stack/each-in-order.ts";
import { describeStack, readDeployed } from "../stack/stack.ts";
import { planMarkdown } from "./markdown.ts";
import { planStack } from "./plan-stack.ts";
import type { StackPlan } from "./stack-plan.ts";

/** Plans every stack, reports it in log, summary and outputs, and leaves nothing behind. */
export async function planStacks(
  context: ProvisionContext,
  inputs: ProvisionInputs,
  set: StackSet,
): Promise<void> {
  const plans = await planAll(context, inputs, set);
  for (const { stackName, warnings } of plans)
    for (const text of warnings) context.log.warning(`Stack ${stackName}: ${text}`);
  for (const plan of plans) context.log.info(inOneLine(plan));
  setOutput("has-changes", String(plans.some(({ kind }) => kind !== "none" && kind !== "skip")));
  const parts = [planMarkdown(plans), ...(await writeSections(context, set))];
  await appendSummary(...parts);
  if (inputs.commentToken) {
    const key = `plan of ${inputs.stackPrefix} ${inputs.parametersFile ?? ""}`.trim();
    await commentPlan(context, inputs.commentToken, { key, markdown: markdownOf(...parts) });
  }
}

async function planAll(
  context: ProvisionContext,
  inputs: ProvisionInputs,
  all: StackSet,
): Promise<StackPlan[]> {
  const { set, skipped, known } = await skipExisting(context, inputs.existing, all);
  const awaited = checkImports(set, await readExports(context));
  const plans = new Map<string, StackPlan>();
  // No stack's plan waits for another's: a missing import is reported.
  const independent = new Map(set.stacks.map(({ template }) => [template.name, new Set<string>()]));
  await eachInOrder(independent, async (name) => {
    const planned = set.stacks.find(({ template }) => template.name === name) as PlannedStack;
    context.signal.throwIfAborted();
    const options = {
      awaited: awaited.get(name) ?? [],
      folder: set.folder,
      existing: inputs.existing,
      known,
    };
    plans.set(name, await planStack(context, planned, options));
  });
  return all.stacks.flatMap(({ template: { name: template }, stackName }): StackPlan[] => {
    const reason = skipped.get(template);
    if (reason === undefined) return [plans.get(template) ?? []].flat();
    return [{ template, stackName, kind: "skip", changes: [], notes: [`${reason}.`], warnings: [] }];
  });
}

function inOneLine({ stackName, kind, changes, notes }: StackPlan): string {
  const lines = changes.map(
    ({ action, logicalId, type, replacement }) =>
      `\n  ${action} ${logicalId} (${type}${replacement === "no" ? "" : `, replaced: ${replacement}`})`,
  );
  return `${stackName}: ${kind}${notes.length > 0 ? ` — ${notes.join(" ")}` : ""}${lines.join("")}`;
}

/** The stacks of a profile before and after a plan is applied, including those that it does not change. */
type BeforeAndAfter = Awaited<ReturnType<typeof readBoth>>;

/** Writes the summary's further sections. A section that fails states why; the plan is still shown. */
async function writeSections(context: ProvisionContext, set: StackSet): Promise<Part[]> {
  const stacks = await readBoth(context, set).catch(asFailure);
  const section = (title: string, write: (stacks: BeforeAndAfter) => Part): Part => {
    try {
      if (stacks instanceof Failure) throw stacks;
      return write(stacks);
    } catch (error) {
      return `### ${title}\n\nNot available: ${escapeText(asFailure(error).message)}.`;
    }
  };
  return [
    section("Cost of this change", costMarkdown),
    section("Architecture", ({ after, region }) => ({
      head: "Architecture",
      parts: [architectureOf(after, region)],
    })),
  ];
}

/** Shows the cost of the change if everything runs day and night, from this action's own list of prices. */
function costMarkdown({ before, after, region }: BeforeAndAfter): string {
  const priceList = readPriceList();
  if (priceList.region !== region)
    throw new Failure(`the price list is for ${priceList.region}, not for ${region}`);
  const shared = { priceList, usage: readUsage(undefined), taskSizes: readTaskSizes(undefined) };
  const estimate = (stacks: readonly PlannedStack[]) => estimateCosts({ stacks, ...shared });
  const delta = deltaMarkdown(compareCosts(estimate(before), estimate(after)));
  return `${delta}\n\nList prices of ${priceList.date}, with everything running all the time; the action estimate-cost shows details.`;
}

async function readBoth(context: ProvisionContext, set: StackSet) {
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
