import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ItemReport, type Report, scoreOf } from "../report.ts";
import { classCsv, classPage } from "./class-files.ts";
import { type ClassTable, makeTable, readFolder } from "./class-table.ts";

const folder = mkdtempSync(join(tmpdir(), "check-lab-class-"));
let table: ClassTable;
afterAll(() => rmSync(folder, { recursive: true }));

function report(student: string, failed: readonly string[], day: number): Report {
  const phases = [5, 6, 7].map((phase) => {
    const items = ["one", "two"].map((name): ItemReport => {
      const id = `${phase}.${name}`;
      const status = failed.includes(id) ? "fail" : "pass";
      return { id, title: `Item ${id}`, status, weight: 1, evidence: "<b>no</b>" };
    });
    return { phase, title: `Phase ${phase}`, items, score: scoreOf(items) };
  });
  const score = scoreOf(phases.flatMap(({ items }) => items));
  const checkedAt = `2026-10-0${day}T08:00:00.000Z`;
  return {
    version: 1,
    checkedAt,
    student,
    account: null,
    region: "us-east-1",
    score,
    phases,
    taken: {},
    notes: [],
  };
}

beforeAll(async () => {
  const write = async (name: string, content: object | string) => {
    await mkdir(join(folder, name), { recursive: true });
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(join(folder, name, "report.json"), text);
  };
  for (let number = 10; number < 47; number++)
    await write(`student-${number}`, report(`student-${number}`, [], 2));
  await write("ada-1", report("ada", ["6.two"], 1));
  await write("ada-2", report("ada", ["5.one", "6.two"], 2));
  await write("ada-3", report("ada", ["6.two", "7.one"], 4));
  await write("grace", report('=1+1 "grace"', ["7.two"], 3));
  await write("damaged", JSON.stringify(report("lost", [], 1)).slice(0, 300));
  await write("old", { ...report("old", [], 1), version: 2 });
  await write("other", { name: "package" });
  table = makeTable(readFolder(folder));
});

it("has a row for each of 39 students, of several reports the newest", () => {
  expect(table.students).toHaveLength(39);
  expect(table.phases).toEqual([5, 6, 7]);
  expect(table.students.find(({ student }) => student === "ada")?.report.score.percent).toBe(66);
});

it("says where a student is stuck, and since when", () => {
  const ada = table.students.find(({ student }) => student === "ada");
  expect([ada?.stuck?.id, ada?.since]).toEqual(["6.two", "2026-10-01T08:00:00.000Z"]);
});

it("leaves out damaged reports and those of another version, each with the reason", () => {
  expect(table.unread).toEqual([
    { file: join("damaged", "report.json"), reason: expect.stringMatching(/^damaged: /) },
    { file: join("old", "report.json"), reason: "a report of version 2; this program reads version 1" },
    { file: join("other", "report.json"), reason: "no report of check-lab" },
  ]);
});

it("writes a CSV line for each student, in which no name is a formula", () => {
  const lines = classCsv(table).split("\r\n");
  expect(lines).toHaveLength(41);
  expect(lines[0]).toBe("student,phase 5 (%),phase 6 (%),phase 7 (%),score (%),stuck on,since,checked");
  expect(lines).toContain("ada,100,50,50,66,6.two Item 6.two,2026-10-01 08:00,2026-10-04 08:00");
  expect(lines).toContain(
    `"'=1+1 ""grace""",100,100,50,83,7.two Item 7.two,2026-10-03 08:00,2026-10-03 08:00`,
  );
});

it("writes one page that shows foreign text as text", () => {
  const page = classPage(table);
  expect(page.match(/<tr>/g)).toHaveLength(40);
  expect(page).toContain("&lt;b&gt;no&lt;/b&gt;");
  expect(page).not.toMatch(/<script|<b>no/);
  expect(page).toContain("<li>1 × 6.two Item 6.two</li>");
  expect(page).toContain("a report of version 2");
});
