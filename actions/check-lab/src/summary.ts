import { escapeText, markdownTable } from "../../core/summary.ts";
import { type Way, waysOf } from "./item.ts";
import type { ItemReport, PhaseReport, Report, Score } from "./report.ts";

const marks = { pass: "✓", fail: "✗", waiting: "…", unchecked: "?" } as const;

/** For example `43 of 50 checked points, 7 not checked (75 %)`: per cent of all 57. */
export function scoreText({ points, of, unchecked, percent }: Score): string {
  if (of === 0) return "no points";
  if (unchecked === 0) return `${points} of ${of} points (${percent} %)`;
  if (unchecked === of) return `not checked (${of} points)`;
  return `${points} of ${of - unchecked} checked points, ${unchecked} not checked (${percent} %)`;
}

/** A table with a score per phase, then what failed, with its fix, and what could not be checked. */
export function summaryMarkdown(report: Report, way: Way): string {
  const count = (phase: PhaseReport, status: ItemReport["status"]) =>
    `${phase.items.filter((item) => item.status === status).length}`;
  const rows = report.phases.map((phase) => [
    `${phase.phase}. ${phase.title}`,
    count(phase, "pass"),
    count(phase, "fail"),
    count(phase, "waiting"),
    count(phase, "unchecked"),
    scoreText(phase.score),
  ]);
  return [
    `### Lab of ${escapeText(report.student)}: ${scoreText(report.score)}`,
    markdownTable(["phase", "pass", "fail", "waiting", "could not check", "score"], rows),
    ...section("Failed", itemsWith(report, "fail"), (item) => failedMarkdown(item, way)),
    ...grouped("Waiting for a fix above", itemsWith(report, "waiting"), explanationOfWaiting),
    ...section("Could not check", itemsWith(report, "unchecked"), itemMarkdown),
    ...grouped("Green, not counted", itemsWith(report, "pass"), ({ notCounted }) => notCounted),
    ...takenMarkdown(report),
  ].join("\n\n");
}

function section(head: string, items: readonly ItemReport[], line: (item: ItemReport) => string): string[] {
  return items.length === 0 ? [] : [`#### ${head}`, items.map(line).join("\n")];
}

export function itemsWith({ phases }: Report, status: ItemReport["status"]): ItemReport[] {
  return phases.flatMap(({ items }) => items).filter((item) => item.status === status);
}

/** One line for each reason, with the items that have it; those without a reason are left out. */
function grouped(
  head: string,
  items: readonly ItemReport[],
  reasonOf: (item: ItemReport) => string | undefined,
): string[] {
  const groups = [...Map.groupBy(items, reasonOf)].flatMap(([reason, found]) =>
    reason === undefined ? [] : [`- ${escapeText(reason)}: ${found.map(({ id }) => id).join(", ")}`],
  );
  return groups.length === 0 ? [] : [`#### ${head}`, groups.join("\n")];
}

function itemMarkdown(item: ItemReport): string {
  return `- **${item.id}** ${escapeText(item.title)}: ${escapeText(explanation(item))}`;
}

function explanationOfWaiting({ waitsFor = [], notCounted }: ItemReport): string {
  return `waits for ${waitsFor.join(", ")}${notCounted ? ` (not counted: ${notCounted})` : ""}`;
}

/** The evidence, with what an item waits for and why it has no points. */
export function explanation(item: ItemReport): string {
  if (item.waitsFor) return `${item.evidence}; ${explanationOfWaiting(item)}`;
  return item.notCounted ? `${item.evidence}; not counted: ${item.notCounted}` : item.evidence;
}

function failedMarkdown(item: ItemReport, way: Way): string {
  const fixes = waysOf(item.fix, way).map(([name, text]) => `  - ${name}: ${escapeText(text)}`);
  return [itemMarkdown(item), ...fixes].join("\n");
}

function takenMarkdown({ taken, notes }: Report): string[] {
  const lines = Object.entries(taken).map(([role, name]) => `- ${escapeText(role)}: ${escapeText(name)}`);
  const remarks = notes.map((note) => `- ${escapeText(note)}.`);
  return [
    ...(remarks.length > 0 ? ["#### Notes", remarks.join("\n")] : []),
    ...(lines.length > 0
      ? [`<details><summary>What was taken for what</summary>\n\n${lines.join("\n")}\n\n</details>`]
      : []),
  ];
}

/** The same for a terminal or a log. */
export function reportLines(report: Report, way: Way): string[] {
  const lines = report.phases.flatMap(({ phase, title, score, items }) => [
    `Phase ${phase}: ${title} · ${scoreText(score)}`,
    ...items.flatMap((item) => [
      `  ${marks[item.status]} ${item.id} ${item.title}`,
      ...(item.status === "pass" && !item.notCounted ? [] : [`      ${explanation(item)}`]),
      ...waysOf(item.fix, way).map(([name, text]) => `      Fix (${name}): ${text}`),
    ]),
  ]);
  const taken = Object.entries(report.taken).map(([role, name]) => `  ${role}: ${name}`);
  return [
    ...lines,
    ...(taken.length > 0 ? ["Taken for:", ...taken] : []),
    ...report.notes.map((note) => `Note: ${note}.`),
    `Score: ${scoreText(report.score)}`,
  ];
}
