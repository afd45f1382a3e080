import { standInRepository } from "../account/stand-in.ts";
import type { Outcome } from "./outcome.ts";

/** Returns the end of a rehearsal for a terminal: what was deployed, what was not done, and why it is red. */
export function summarise(outcome: Outcome): string {
  const { conclusion, runs, services, notStarted, leftOut, standInImages, notChecked } = outcome;
  const failed = runs.flatMap(({ workflow, jobs }) =>
    jobs.filter((job) => job.conclusion === "failure").map((job) => ({ workflow, ...job })),
  );
  const seconds = Math.round(outcome.durationMs / 1000);
  return [
    `\n${conclusion === "success" ? "✓ The rehearsal is green" : "✗ The rehearsal is red"} after ${seconds} s.`,
    ...section(
      "Deployed",
      services.length === 0
        ? ["no service"]
        : services.map((each) => {
            const where = `${each.service} in ${each.cluster}: ${each.revision ?? "no revision"} with ${each.image ?? "no image"}`;
            const isStandIn = standInImages.some(({ image }) => pathOf(image) === pathOf(each.image));
            const isLabs = each.image?.includes(`/${standInRepository}:`);
            const note = isLabs
              ? " (the lab's own, no image of a workflow)"
              : isStandIn
                ? " (a stand-in)"
                : "";
            return `${where}${note}, ${each.verdict ?? "still in progress"}`;
          }),
    ),
    ...section(
      "Why it failed, as this project's actions report it",
      services.flatMap(({ service, cause, fix }) =>
        cause ? [`${service}: ${cause}${fix ? ` Fix: ${fix}` : ""}`] : [],
      ),
    ),
    ...failed.flatMap(({ workflow, name, steps, errors }) => {
      const step = steps.find((each) => each.conclusion === "failure");
      return section(`Failed: ${workflow} / ${name}${step ? ` / ${step.name}` : ""}`, [
        ...errors,
        ...(step?.log ? step.log.split("\n").map((line) => `| ${line}`) : []),
      ]);
    }),
    ...section(
      "Could not start",
      notStarted.map(({ workflow, why }) => (why.includes(workflow) ? why : `${workflow}: ${why}`)),
    ),
    ...section(`Skipped by the rehearsal (${leftOut.length})`, grouped(leftOut)),
    ...section("Stand-in images, which answer 200 and contain none of your code", [
      ...new Set(standInImages.map(({ image, why }) => `${image}: ${why}`)),
    ]),
    ...section("Not checked", notChecked),
  ].join("\n");
}

/** A login may give another name of the registry than its own. */
const pathOf = (image = "") => image.slice(image.indexOf("/"));

/** A heading and its lines; nothing without a line. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [`\n${title}`, ...lines.map((line) => `  ${line.replaceAll("\n", "\n  ")}`)] : [];
}

/** The same thing in many steps, such as of a matrix, is one line. */
function grouped(leftOut: Outcome["leftOut"]): string[] {
  const groups = new Map<string, number>();
  for (const { what, why } of leftOut)
    groups.set(`${what}. ${why}`, (groups.get(`${what}. ${why}`) ?? 0) + 1);
  return [...groups].map(([text, count]) => (count > 1 ? `${count} × ${text}` : text));
}
