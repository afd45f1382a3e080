import { setOutput } from "@actions/core";
import { appendSummary } from "../../../shared/summary.ts";
import type { ProvisionContext } from "../context.ts";
import type { ProvisionInputs } from "../inputs.ts";
import type { StackSet } from "../set/choose-stacks.ts";
import { eachInOrder } from "../stack/each-in-order.ts";
import { driftMarkdown, isDrifted, sayDifference } from "./markdown.ts";
import { detectDrift, type StackDrift } from "./stack-drift.ts";

/** Reports how the stacks differ from their templates, in log, summary and outputs; nothing is changed. */
export async function detectDrifts(
  context: ProvisionContext,
  inputs: ProvisionInputs,
  set: StackSet,
): Promise<void> {
  const deadlineAt = context.clock.now() + inputs.deadlineMs;
  const found = new Map<string, StackDrift>();
  const independent = new Map(set.stacks.map(({ stackName }) => [stackName, new Set<string>()]));
  await eachInOrder(independent, async (stackName) => {
    context.signal.throwIfAborted();
    found.set(stackName, await detectDrift(context, stackName, deadlineAt));
  });
  const drifts = set.stacks.flatMap(({ stackName }) => found.get(stackName) ?? []);
  for (const drift of drifts) logDrift(context, drift);
  const drifted = drifts.flatMap(({ resources = [] }) => resources).filter(isDrifted);
  setOutput("has-drift", String(drifted.length > 0));
  await appendSummary(driftMarkdown(drifts));
}

function logDrift({ log }: ProvisionContext, { stackName, resources, reason }: StackDrift): void {
  if (!resources) {
    log.warning(`${stackName} was not checked: ${reason}.`);
    return;
  }
  const drifted = resources.filter(isDrifted);
  if (drifted.length === 0) log.info(`${stackName}: no drift.`);
  for (const { logicalId, type, status, differences } of drifted)
    log.warning(
      `${stackName}: ${logicalId} (${type}) is ${status} ${differences.map(sayDifference).join("; ")}`.trimEnd(),
    );
}
