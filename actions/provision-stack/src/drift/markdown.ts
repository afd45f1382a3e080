import type { PropertyDifference } from "@aws-sdk/client-cloudformation";
import { shownChange } from "../../../shared/shown-value.ts";
import { escapeText, fold, markdownTable } from "../../../shared/summary.ts";
import { shownValue } from "../stack/shown-value.ts";
import type { ResourceDrift, StackDrift } from "./stack-drift.ts";

export function isDrifted({ status }: ResourceDrift): boolean {
  return status === "MODIFIED" || status === "DELETED";
}

/** Shows differences first, then what could not be checked. */
export function driftMarkdown(drifts: readonly StackDrift[]): string {
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

export function sayDifference({ PropertyPath = "", ExpectedValue, ActualValue }: PropertyDifference): string {
  const [expected = "", actual = ""] = [ExpectedValue, ActualValue].map((value) =>
    value === undefined || value === "null" ? "—" : shownValue(PropertyPath, value),
  );
  return `${PropertyPath}: ${shownChange(expected, actual)}`;
}
