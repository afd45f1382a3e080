import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setOutput } from "@actions/core";
import { Failure } from "../../shared/failure.ts";
import type { Log } from "../../shared/log.ts";
import { appendSummary } from "../../shared/summary.ts";
import { badgeJson, classroomResult, json, junitXml } from "./formats.ts";
import type { CheckInputs } from "./inputs.ts";
import type { Report } from "./report.ts";
import { itemsWith, reportLines, summaryMarkdown } from "./summary.ts";

type Settings = Pick<CheckInputs, "outputFolder" | "threshold" | "way">;

/** Writes log, files, summary and outputs, then fails if the score is below the threshold. */
export async function publish(report: Report, settings: Settings, log: Pick<Log, "info">): Promise<void> {
  const { outputFolder, threshold, way } = settings;
  for (const line of reportLines(report, way)) log.info(line);
  for (const [name, path] of Object.entries(await writeReports(report, outputFolder))) setOutput(name, path);
  setOutput("score", report.score.percent);
  setOutput("passed", itemsWith(report, "pass").length);
  setOutput("failed", itemsWith(report, "fail").length);
  setOutput("unchecked", itemsWith(report, "unchecked").length);
  setOutput("result", classroomResult(report));
  await appendSummary(summaryMarkdown(report, way));
  refuseLowScore(report, threshold);
}

/** Returns the files' paths by output. */
export async function writeReports(
  report: Report,
  folder: string,
): Promise<{ readonly [name: string]: string }> {
  const files = [
    ["report", "report.json", json(report)],
    ["junit", "junit.xml", junitXml(report)],
    ["badge", "badge.json", badgeJson(report)],
  ] as const;
  await mkdir(folder, { recursive: true });
  await Promise.all(files.map(([, file, text]) => writeFile(join(folder, file), text)));
  return Object.fromEntries(files.map(([name, file]) => [name, join(folder, file)]));
}

export function refuseLowScore(report: Report, threshold: number): void {
  const { points, of, percent } = report.score;
  if (percent >= threshold) return;
  if (of === 0)
    throw new Failure(`Nothing could be checked: ${itemsWith(report, "unchecked")[0]?.evidence}`, {
      nextStep: "correct this and check again.",
    });
  const failed = itemsWith(report, "fail").map(({ id }) => id);
  throw new Failure(
    `The lab has ${points} of ${of} points (${percent} %), less than the threshold of ${threshold} %; failed: ${failed.join(", ")}`,
    { nextStep: "fix them as the list says, and check again." },
  );
}
