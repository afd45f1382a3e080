import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setOutput } from "@actions/core";
import { appendSummary } from "../../core/card.ts";
import { Failure } from "../../core/failure.ts";
import type { Log } from "../../core/log.ts";
import type { CheckInputs } from "./inputs.ts";
import { waysOf } from "./item.ts";
import type { ItemReport, Report } from "./report.ts";
import { explanation, itemsWith, reportLines, scoreText, summaryMarkdown } from "./summary.ts";

type Settings = Pick<CheckInputs, "outputFolder" | "threshold" | "way">;

/** Writes log, files, summary and outputs, then fails if the score is below the threshold. */
export async function publish(report: Report, settings: Settings, log: Pick<Log, "info">): Promise<void> {
  const { outputFolder, threshold, way } = settings;
  for (const line of reportLines(report, way)) log.info(line);
  for (const [name, path] of Object.entries(await writeReports(report, outputFolder))) setOutput(name, path);
  setOutput("score", report.score.percent);
  setOutput("passed", itemsWith(report, "pass").length);
  setOutput("failed", itemsWith(report, "fail").length);
  setOutput("waiting", itemsWith(report, "waiting").length);
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
  const { of, percent, unchecked } = report.score;
  if (percent >= threshold) return;
  if (unchecked === of)
    throw new Failure(`Nothing could be checked: ${itemsWith(report, "unchecked")[0]?.evidence}`, {
      nextStep: "correct this and check again.",
    });
  const lists = (["fail", "unchecked"] as const).map((status) =>
    itemsWith(report, status).map(({ id }) => id),
  );
  const [failed = "", notChecked = ""] = lists.map((ids) => ids.join(", "));
  throw new Failure(
    [
      `The lab has ${scoreText(report.score)}, less than the threshold of ${threshold} %`,
      ...(failed ? [`failed: ${failed}`] : []),
      ...(notChecked ? [`could not check: ${notChecked}`] : []),
    ].join("; "),
    { nextStep: "fix them as the list says, and check again." },
  );
}

/** A report as JUnit XML: a suite for each phase; what waits or could not be checked is skipped. */
function junitXml({ phases }: Report): string {
  const suites = phases.map(({ phase, title, items }) => {
    const count = (status: ItemReport["status"]) => items.filter((item) => item.status === status).length;
    const cases = items.map((item) => {
      const head = `    <testcase classname="phase ${phase}" name="${xml(`${item.id} ${item.title}`)}"`;
      if (item.status === "pass") return `${head}/>`;
      return `${head}>\n      ${resultXml(item)}\n    </testcase>`;
    });
    return [
      `  <testsuite name="${xml(`Phase ${phase}: ${title}`)}" tests="${items.length}" failures="${count("fail")}" skipped="${count("waiting") + count("unchecked")}">`,
      ...cases,
      "  </testsuite>",
    ].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join(
    "\n",
  );
}

function resultXml(item: ItemReport): string {
  const { status, evidence, fix } = item;
  if (status !== "fail") return `<skipped message="${xml(explanation(item))}"/>`;
  const fixes = waysOf(fix, "all").map(([name, text]) => `${name}: ${text}`);
  return `<failure message="${xml(evidence)}">${xml(fixes.join("\n"))}</failure>`;
}

/** Escapes a text for XML and HTML. Also removes characters that no XML may have. */
export function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g, "?")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** For https://shields.io/badges/endpoint-badge. */
function badgeJson({ score: { points, of, percent, unchecked } }: Report): string {
  const isChecked = unchecked < of;
  const color = !isChecked ? "lightgrey" : percent >= 90 ? "brightgreen" : percent >= 60 ? "yellow" : "red";
  const message = isChecked ? `${points}/${of}` : "not checked";
  return json({ schemaVersion: 1, label: "lab", message, color });
}

/**
 * The value that a step of GitHub Classroom's autograding passes to its reporter, in base64: points for each item.
 * Source: classroom-resources/autograding-io-grader and autograding-grading-reporter.
 */
function classroomResult({ phases }: Report): string {
  const items = phases.flatMap(({ items }) => items).filter(({ weight }) => weight > 0);
  const tests = items.map((item) => ({
    name: `${item.id} ${item.title}`,
    status:
      item.status === "unchecked" ? "error" : item.status === "pass" && item.points > 0 ? "pass" : "fail",
    score: item.points,
    message: item.status === "pass" && item.points > 0 ? null : explanation(item),
    test_code: `npm run check-lab -- --phase ${item.id.split(".")[0]}`,
    filename: "",
    line_no: 0,
    duration: 0,
  }));
  const max_score = items.reduce((sum, { weight }) => sum + weight, 0);
  const status = tests.every((test) => test.status === "pass") ? "pass" : "fail";
  return Buffer.from(JSON.stringify({ version: 1, status, max_score, tests })).toString("base64");
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
