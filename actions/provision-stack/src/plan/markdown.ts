import { shownChange } from "../../../core/shown-value.ts";
import { escapeText, fold, markdownTable } from "../../../core/summary.ts";
import type { ChangedProperty, PlannedChange, StackPlan } from "./stack-plan.ts";

/** Shows what the whole plan would do: the verdict, then what would be lost, then each stack, folded. */
export function planMarkdown(plans: readonly StackPlan[]): string {
  const changing = plans.filter(({ kind }) => kind !== "none" && kind !== "skip");
  const skipped = plans.filter(({ kind }) => kind === "skip");
  const same = plans.filter(({ kind }) => kind === "none").map(({ stackName }) => stackName);
  return [
    `### Plan: ${changing.length === 0 ? "no change" : countChanges(changing)}`,
    ...plans.flatMap(({ stackName, warnings }) => warnings.map((text) => caution(`${stackName}: ${text}`))),
    ...changing.map(stackMarkdown),
    ...skipped.map(({ stackName, notes }) => `Skipped: ${escapeText(`${stackName}, ${notes.join(" ")}`)}`),
    same.length > 0 && `No change: ${same.join(", ")}.`,
  ]
    .filter(Boolean)
    .join("\n\n");
}

const actions: Readonly<Record<string, string>> = {
  Add: "create",
  Import: "adopt",
  Modify: "change",
  Remove: "remove",
};

function countChanges(plans: readonly Pick<StackPlan, "kind" | "changes">[]): string {
  const changes = plans.flatMap(({ changes }) => changes);
  const counted = [
    [changes.filter(({ action }) => action === "Add"), "to create"],
    [changes.filter(({ action }) => action === "Import"), "to adopt"],
    [changes.filter(({ action, replacement }) => action === "Modify" && replacement === "no"), "to change"],
    [changes.filter(({ replacement }) => replacement !== "no"), "to replace"],
    [changes.filter(({ action }) => action === "Remove"), "to remove"],
  ] as const;
  const parts = counted.flatMap(([{ length }, words]) => (length > 0 ? [`${length} ${words}`] : []));
  const open = plans.filter(({ kind }) => kind === "unknown").length;
  if (open > 0) parts.push(`${open} stack${open === 1 ? "" : "s"} not known yet`);
  return parts.join(", ") || "only outputs change";
}

const titles = {
  create: "is created",
  update: "is updated",
  recreate: "is deleted and created again",
  unknown: "cannot be planned yet",
  none: "stays as it is",
  skip: "is skipped",
} as const;

function stackMarkdown({ stackName, kind, notes, changes }: StackPlan): string {
  const rows = changes.map((change) => [
    actions[change.action] ?? change.action,
    change.logicalId,
    change.type,
    replacementCell(change),
    change.properties.map(propertyCell).join("\n"),
  ]);
  const table =
    rows.length > 0 ? markdownTable(["Action", "Resource", "Type", "Replacement", "What changes"], rows) : "";
  const head = `${stackName} ${titles[kind]}${changes.length > 0 ? `: ${countChanges([{ kind: "update", changes }])}` : ""}`;
  return fold(head, [...notes.map(escapeText), table].filter(Boolean).join("\n\n")) || `${escapeText(head)}.`;
}

function replacementCell({ replacement, loss }: PlannedChange): string {
  if (replacement === "no") return loss ? `loses ${loss}` : "";
  return `${replacement === "yes" ? "⚠️ yes" : "⚠️ maybe"}${loss ? `: loses ${loss}` : ""}`;
}

function propertyCell({ name, before, after, causes }: ChangedProperty): string {
  const values =
    before === undefined && after === undefined ? "" : `: ${shownChange(before ?? "—", after ?? "—")}`;
  return `${name}${values}${causes.length > 0 ? ` (${causes.join(", ")})` : ""}`;
}

function caution(text: string): string {
  return `> [!CAUTION]\n> ${escapeText(text)}`;
}
