import { setOutput } from "@actions/core";
import type { PropertyDifference } from "@aws-sdk/client-cloudformation";
import { shownChange } from "../../../shared/shown-value.ts";
import { appendSummary, escapeText, fold, markdownTable } from "../../../shared/summary.ts";
import type { ProvisionContext } from "../context.ts";
import type { ProvisionInputs } from "../inputs.ts";
import type { StackSet } from "../set/choose-stacks.ts";
import { eachInOrder } from "../stack/each-in-order.ts";
import { shownValue } from "../stack/shown-value.ts";
import { detectDrift, type ResourceDrift, type StackDrift } from "./stack-drift.ts";

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

function isDrifted({ status }: ResourceDrift): boolean {
  return status === "MODIFIED" || status === "DELETED";
}

/** Shows differences first, then what could not be checked. */
function driftMarkdown(drifts: readonly StackDrift[]): string {
  const count = drifts.flatMap(({ resources = [] }) => resources).filter(isDrifted).length;
  return [
    `### ${count === 0 ? "✅" : "⚠️"} Drift: ${count === 0 ? "none" : `${count} resource${count === 1 ? "" : "s"}`}`,
    ...drifts.map(stackMarkdown),
  ].join("\n\n");
}

function stackMarkdown({ stackName, resources, reason }: StackDrift): string {
  if (!resources) return `**${escapeText(stackName)}**: not checked, ${escapeText(reason ?? "")}.`;
  const drifted = resources.filter(isDrifted);
  const inSync = resources.filter(({ status }) => status === "IN_SYNC").length;
  const unchecked = resources.filter(({ status }) => status === "NOT_CHECKED");
  const types = [...new Set(unchecked.map(({ type }) => type))].join(", ");
  const rows = drifted.map(({ logicalId, type, status, differences }) => [
    status,
    logicalId,
    type,
    differences.map(sayDifference).join("\n"),
  ]);
  const counts = `${inSync} IN_SYNC${unchecked.length > 0 ? `, ${unchecked.length} NOT_CHECKED (${types})` : ""}.`;
  if (rows.length === 0) return fold(`${stackName}: in sync`, counts);
  const table = markdownTable(["Status", "Resource", "Type", "Expected → actual"], rows);
  return [`**${escapeText(stackName)}**`, table, counts].join("\n\n");
}

function sayDifference({ PropertyPath = "", ExpectedValue, ActualValue }: PropertyDifference): string {
  const [expected = "", actual = ""] = [ExpectedValue, ActualValue].map((value) =>
    value === undefined || value === "null" ? "—" : shownValue(PropertyPath, value),
  );
  return `${PropertyPath}: ${shownChange(expected, actual)}`;
}
