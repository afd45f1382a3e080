import { setOutput } from "@actions/core";
import type { PlannedStack } from "../../../shared/cloudformation/dependencies.ts";
import { commentPlan } from "../../../shared/comment-plan.ts";
import { appendSummary } from "../../../shared/summary.ts";
import type { ProvisionContext } from "../context.ts";
import { skipExisting } from "../existing/skip.ts";
import type { ProvisionInputs } from "../inputs.ts";
import type { StackSet } from "../set/choose-stacks.ts";
import { checkImports, readExports } from "../set/imports.ts";
import { eachInOrder } from "../stack/each-in-order.ts";
import { planMarkdown } from "./markdown.ts";
import { planStack } from "./plan-stack.ts";
import { writeSections } from "./sections/write-sections.ts";
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
  const markdown = [planMarkdown(plans), ...(await writeSections(context, set))].join("\n\n");
  await appendSummary(markdown);
  if (inputs.commentToken) {
    const key = `plan of ${inputs.stackPrefix} ${inputs.parametersFile ?? ""}`.trim();
    await commentPlan(context, inputs.commentToken, { key, markdown });
  }
}

async function planAll(
  context: ProvisionContext,
  inputs: ProvisionInputs,
  all: StackSet,
): Promise<StackPlan[]> {
  const { set, skipped } = await skipExisting(context, inputs.existing, all);
  const awaited = checkImports(set, await readExports(context));
  const deadlineAt = context.clock.now() + inputs.deadlineMs;
  const plans = new Map<string, StackPlan>();
  // No stack's plan waits for another's: a missing import is reported.
  const independent = new Map(set.stacks.map(({ template }) => [template.name, new Set<string>()]));
  await eachInOrder(independent, async (name) => {
    const planned = set.stacks.find(({ template }) => template.name === name) as PlannedStack;
    context.signal.throwIfAborted();
    const options = {
      deadlineAt,
      awaited: awaited.get(name) ?? [],
      folder: set.folder,
      existing: inputs.existing,
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
