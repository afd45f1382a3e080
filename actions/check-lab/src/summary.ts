import { escapeText, markdownTable } from "../../core/summary.ts";
import { type Way, waysOf } from "./item.ts";
import type { ItemReport, PhaseReport, Report, Score } from "./report.ts";

const marks = { pass: "✓", fail: "✗", unchecked: "?" } as const;

const of = ({ points, of, percent }: Score) =>
  of === 0 ? "not checked" : `${points} of ${of} (${percent} %)`;

/** A table with a score per phase, then what failed, with its fix, and what could not be checked. */
export function summaryMarkdown(report: Report, way: Way): string {
  const count = (phase: PhaseReport, status: ItemReport["status"]) =>
    `${phase.items.filter((item) => item.status === status).length}`;
  const rows = report.phases.map((phase) => [
    `${phase.phase}. ${phase.title}`,
    count(phase, "pass"),
    count(phase, "fail"),
    count(phase, "unchecked"),
    of(phase.score),
  ]);
  return [
    `### Lab of ${escapeText(report.student)}: ${of(report.score)}`,
    markdownTable(["phase", "pass", "fail", "could not check", "score"], rows),
    ...section("Failed", itemsWith(report, "fail"), (item) => failedMarkdown(item, way)),
    ...section("Could not check", itemsWith(report, "unchecked"), (item) => itemMarkdown(item)),
    ...takenMarkdown(report),
  ].join("\n\n");
}

function section(head: string, items: readonly ItemReport[], line: (item: ItemReport) => string): string[] {
  return items.length === 0 ? [] : [`#### ${head}`, items.map(line).join("\n")];
}

export function itemsWith({ phases }: Report, status: ItemReport["status"]): ItemReport[] {
  return phases.flatMap(({ items }) => items).filter((item) => item.status === status);
}

function itemMarkdown({ id, title, evidence }: ItemReport): string {
  return `- **${id}** ${escapeText(title)}: ${escapeText(evidence)}`;
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
    `Phase ${phase}: ${title} · ${of(score)}`,
    ...items.flatMap((item) => [
      `  ${marks[item.status]} ${item.id} ${item.title}`,
      ...(item.status === "pass" ? [] : [`      ${item.evidence}`]),
      ...waysOf(item.fix, way).map(([name, text]) => `      Fix (${name}): ${text}`),
    ]),
  ]);
  const taken = Object.entries(report.taken).map(([role, name]) => `  ${role}: ${name}`);
  return [
    ...lines,
    ...(taken.length > 0 ? ["Taken for:", ...taken] : []),
    ...report.notes.map((note) => `Note: ${note}.`),
    `Score: ${of(report.score)}`,
  ];
}
