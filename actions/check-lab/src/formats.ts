import { waysOf } from "./item.ts";
import type { ItemReport, Report } from "./report.ts";

/** A report as JUnit XML: a suite for each phase; what could not be checked is skipped. */
export function junitXml({ phases }: Report): string {
  const suites = phases.map(({ phase, title, items }) => {
    const count = (status: ItemReport["status"]) => items.filter((item) => item.status === status).length;
    const cases = items.map((item) => {
      const head = `    <testcase classname="phase ${phase}" name="${xml(`${item.id} ${item.title}`)}"`;
      if (item.status === "pass") return `${head}/>`;
      return `${head}>\n      ${resultXml(item)}\n    </testcase>`;
    });
    return [
      `  <testsuite name="${xml(`Phase ${phase}: ${title}`)}" tests="${items.length}" failures="${count("fail")}" skipped="${count("unchecked")}">`,
      ...cases,
      "  </testsuite>",
    ].join("\n");
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...suites, "</testsuites>", ""].join(
    "\n",
  );
}

function resultXml({ status, evidence, fix }: ItemReport): string {
  if (status === "unchecked") return `<skipped message="${xml(evidence)}"/>`;
  const fixes = waysOf(fix, "all").map(([name, text]) => `${name}: ${text}`);
  return `<failure message="${xml(evidence)}">${xml(fixes.join("\n"))}</failure>`;
}

/** Also removes characters that no XML may have. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g, "?")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** For https://shields.io/badges/endpoint-badge. */
export function badgeJson({ score: { points, of, percent } }: Report): string {
  const color = of === 0 ? "lightgrey" : percent >= 90 ? "brightgreen" : percent >= 60 ? "yellow" : "red";
  const message = of === 0 ? "not checked" : `${points}/${of}`;
  return json({ schemaVersion: 1, label: "lab", message, color });
}

/**
 * What a step of GitHub Classroom's autograding passes to its reporter, in base64: points for each item.
 * Source: classroom-resources/autograding-io-grader and autograding-grading-reporter.
 */
export function classroomResult({ phases }: Report): string {
  const items = phases.flatMap(({ items }) => items).filter(({ weight }) => weight > 0);
  const tests = items.map(({ id, title, status, weight, evidence }) => ({
    name: `${id} ${title}`,
    status: status === "pass" ? "pass" : status === "fail" ? "fail" : "error",
    score: status === "pass" ? weight : 0,
    message: status === "pass" ? null : evidence,
    test_code: `npm run check-lab -- --phase ${id.split(".")[0]}`,
    filename: "",
    line_no: 0,
    duration: 0,
  }));
  const max_score = items.reduce((sum, { weight }) => sum + weight, 0);
  const status = tests.every((test) => test.status === "pass") ? "pass" : "fail";
  return Buffer.from(JSON.stringify({ version: 1, status, max_score, tests })).toString("base64");
}

export function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
