import { codeBlock, diffBlock, escapeText } from "@ecs-delivery/actions/core/summary";
import { standInRepository } from "../account/stand-in.ts";
import type { Outcome } from "./outcome.ts";

interface Section {
  title: string;
  /** Sentences, or lines of a text such as a log. */
  lines: readonly string[];
  kind?: "log" | "diff";
}

/** Returns the end of a rehearsal for a terminal: what was deployed, what was not done, and why it is red. */
export function summarise(outcome: Outcome): string {
  const sections = sectionsOf(outcome).map(({ title, lines, kind }) => {
    const shown = lines.map((line) => (kind === "log" ? `| ${line}` : line).replaceAll("\n", "\n  "));
    return [`\n${title}`, ...shown.map((line) => `  ${line}`)].join("\n");
  });
  return [`\n${verdictOf(outcome)}`, ...sections].join("\n");
}

/** Returns the same as Markdown, for the summary of a workflow's run and for a comment. */
export function toMarkdown(outcome: Outcome): string {
  const sections = sectionsOf(outcome).map(({ title, lines, kind }) => {
    const list = () => lines.map((line) => `- ${escapeText(line)}`).join("\n");
    const text = kind === "diff" ? diffBlock(lines) : kind ? codeBlock(lines.join("\n")) : list();
    return `### ${escapeText(title)}\n\n${text}\n`;
  });
  const commit = `Commit ${outcome.commit.slice(0, 7)}, against a simulated AWS. No AWS account was used.\n`;
  return [`## ${verdictOf(outcome)}\n`, commit, ...sections].join("\n");
}

/** Returns the first reason why a rehearsal is red, in one line; undefined for a green one. */
export function causeOf({
  conclusion,
  runs,
  services,
  notStarted,
}: Omit<Outcome, "cause">): string | undefined {
  if (conclusion === "success") return undefined;
  const failed = runs.flatMap(({ jobs }) => jobs).find((job) => job.conclusion === "failure");
  const found = services.find(({ cause }) => cause)?.cause ?? failed?.errors[0] ?? notStarted[0]?.why;
  return (found ?? (failed ? `the job ${failed.name} failed` : "no deployment succeeded")).replace(
    /\s+/g,
    " ",
  );
}

const verdictOf = ({ conclusion, durationMs }: Outcome) =>
  `${conclusion === "success" ? "✓ The rehearsal is green" : "✗ The rehearsal is red"} after ${Math.round(durationMs / 1000)} s.`;

/** The parts of both, without empty ones. */
function sectionsOf(outcome: Outcome): Section[] {
  const { runs, services, notStarted, leftOut, standInImages, notChecked } = outcome;
  const failed = runs.flatMap(({ workflow, jobs }) =>
    jobs.filter((job) => job.conclusion === "failure").map((job) => ({ workflow, ...job })),
  );
  const sections: Section[] = [
    {
      title: "Deployed",
      lines:
        services.length === 0 ? ["no service"] : services.map((each) => deployedLine(each, standInImages)),
    },
    ...services.map(
      ({ service, changes = [] }): Section => ({
        ...{
          title: `Plan of ${service}: changes of the exported task definition`,
          lines: changes,
          kind: "diff",
        },
      }),
    ),
    {
      title: "Why it failed, as this project's actions report it",
      lines: services.flatMap(({ service, cause, fix }) =>
        cause ? [`${service}: ${cause}${fix ? ` Fix: ${fix}` : ""}`] : [],
      ),
    },
    ...failed.flatMap(({ workflow, name, steps, errors }): Section[] => {
      const step = steps.find((each) => each.conclusion === "failure");
      const log = step?.log?.split("\n") ?? [];
      const title = `Failed: ${workflow} / ${name}${step ? ` / ${step.name}` : ""}`;
      return [
        { title, lines: errors },
        { title: `Last lines of ${step?.name}`, lines: log, kind: "log" },
      ];
    }),
    {
      title: "Could not start",
      lines: notStarted.map(({ workflow, why }) => (why.includes(workflow) ? why : `${workflow}: ${why}`)),
    },
    { title: `Skipped by the rehearsal (${leftOut.length})`, lines: grouped(leftOut) },
    {
      title: "Stand-in images, which answer 200 and contain none of your code",
      lines: [...new Set(standInImages.map(({ image, why }) => `${image}: ${why}`))],
    },
    {
      title: "Not reached by a step",
      lines: outcome.notReached.map(({ host, why }) => (why.includes(host) ? why : `${host}: ${why}`)),
    },
    { title: "On this machine", lines: outcome.notes },
    { title: "Not checked", lines: notChecked },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

function deployedLine(each: Outcome["services"][number], standIns: Outcome["standInImages"]): string {
  const where = `${each.service} in ${each.cluster}: ${each.revision ?? "no revision"} with ${each.image?.replace(/^127\.0\.0\.1:\d+\//, "") ?? "no image"}`;
  const isLabs = each.image?.includes(`/${standInRepository}:`);
  const isStandIn = standIns.some(({ image }) => pathOf(image) === pathOf(each.image));
  const note = isLabs ? " (the lab's own, no image of a workflow)" : isStandIn ? " (a stand-in)" : "";
  return `${where}${note}, ${each.verdict ?? "still in progress"}`;
}

/** A login may give another name of the registry than its own. */
const pathOf = (image = "") => image.slice(image.indexOf("/"));

/** The same thing in many steps, such as of a matrix, is one line. */
function grouped(leftOut: Outcome["leftOut"]): string[] {
  const groups = new Map<string, number>();
  for (const { what, why } of leftOut)
    groups.set(`${what}. ${why}`, (groups.get(`${what}. ${why}`) ?? 0) + 1);
  return [...groups].map(([text, count]) => (count > 1 ? `${count} × ${text}` : text));
}
