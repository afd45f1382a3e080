import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ItemReport, type Report, scoreOf } from "../report.ts";
import { classCsv, classPage } from "./class-files.ts";
import { type ClassTable, makeTable, readFolder } from "./class-table.ts";

const folder = mkdtempSync(join(tmpdir(), "check-lab-class-"));
let table: ClassTable;
afterAll(() => rmSync(folder, { recursive: true }));

const accountOf = new Map([["ada", "111122223333"]]);

function report(student: string, failed: readonly string[], day: number): Report {
  const phases = [5, 6, 7].map((phase) => {
    const items = ["one", "two"].map((name): ItemReport => {
      const id = `${phase}.${name}`;
      const status = failed.includes(id) ? "fail" : "pass";
      return {
        id,
        title: `Item ${id}`,
        status,
        weight: 1,
        points: +(status === "pass"),
        evidence: "<b>no</b>",
      };
    });
    return { phase, title: `Phase ${phase}`, items, score: scoreOf(items) };
  });
  const score = scoreOf(phases.flatMap(({ items }) => items));
  const checkedAt = `2026-10-0${day}T08:00:00.000Z`;
  return {
    version: 2,
    checkedAt,
    student,
    account: accountOf.get(student) ?? null,
    region: "us-east-1",
    score,
    phases,
    taken: {},
    notes: [],
  };
}

function write(name: string, content: object | string) {
  mkdirSync(join(folder, name), { recursive: true });
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(join(folder, name, "report.json"), text);
}

const readTable = () => makeTable(readFolder(folder));

beforeAll(() => {
  for (let number = 10; number < 47; number++) write(`student-${number}`, report(`student-${number}`, [], 2));
  write("ada/1", report("ada", ["6.two"], 1));
  write("ada/2", report("ada", ["5.one", "6.two"], 2));
  write("ada/3", report("ada", ["6.two", "7.one"], 4));
  write('=1+1 "grace"', report("grace", ["7.two"], 3));
  write("damaged", JSON.stringify(report("lost", [], 1)).slice(0, 300));
  write("old", { ...report("old", [], 1), version: 1 });
  write("other", { name: "package" });
  table = readTable();
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
    { file: join("old", "report.json"), reason: "a report of version 1; this program reads version 2" },
    { file: join("other", "report.json"), reason: "no report of check-lab" },
  ]);
});

it("writes a CSV line for each student, in which no name is a formula", () => {
  const lines = classCsv(table).split("\r\n");
  expect(lines).toHaveLength(41);
  expect(lines[0]).toBe(
    "student,phase 5 (%),phase 6 (%),phase 7 (%),score (%),stuck on,since,checked,account,proof,to check,clinic",
  );
  expect(lines).toContain(
    "ada,100,50,50,66,6.two Item 6.two,2026-10-01 08:00,2026-10-04 08:00,111122223333,self-reported: no attestation was asked for (--signer),,",
  );
  expect(lines).toContain(
    `"'=1+1 ""grace""",100,100,50,83,7.two Item 7.two,2026-10-03 08:00,2026-10-03 08:00,,self-reported: no attestation was asked for (--signer),,`,
  );
});

it("writes one page that shows foreign text as text", () => {
  const page = classPage(table);
  expect(page.match(/<tr>/g)).toHaveLength(40);
  expect(page).toContain("&lt;b&gt;no&lt;/b&gt;");
  expect(page).not.toMatch(/<script|<b>no/);
  expect(page).toContain(`content="default-src 'none'; style-src 'sha256-`);
  expect(page).toContain("<li>1 × 6.two Item 6.two</li>");
  expect(page).toContain("a report of version 1");
});

it("shows the games of the clinic next to a student's report, and points of first games only", () => {
  const game = { seed: null, startedAt: "2026-10-01T08:00:00.000Z", seconds: 50, hints: 1, attempt: 1 };
  const play = (fault: string, outcome: string, points: number, attempt = 1) =>
    Object.assign({}, game, { fault, outcome, points, attempt });
  const games = [
    ...[play("coin-toss", "repaired", 80), play("day-off", "aborted", 0), play("red-light", "gave up", 0)],
    play("day-off", "repaired", 100, 2),
  ];
  writeFileSync(join(folder, "ada/clinic.json"), JSON.stringify({ version: 1, games }));
  write("clinic-alone", { version: 1, games });
  write("clinic-damaged", { version: 1, games: [{ ...games[0], points: 101 }] });
  const found = readTable();
  const shown = "80 points: 1 repaired, 1 given up, 1 aborted, 1 repeated";
  expect(classCsv(found)).toContain(`,"${shown}"`);
  expect(classPage(found)).toContain(`<td>${shown}</td>`);
  expect(found.unread.filter(({ file }) => file.startsWith("clinic")).map(({ reason }) => reason)).toEqual([
    "damaged: clinic.games[0].points is 101",
    "games of the clinic, without a report of check-lab",
  ]);
  for (const name of ["ada/clinic.json", "clinic-alone", "clinic-damaged"])
    rmSync(join(folder, name), { recursive: true });
});

it("keeps a student's mark when another's report has that name and account, and marks both", () => {
  const text = JSON.stringify({ ...report("ada", [], 9), student: "Ada " });
  write("mallory", text.replace('"percent":100', '"percent":7').replace('"percent":100', '"percent":8'));
  const stated = ["the report itself states 7 %", "the report itself states 8 % for phase 5"];
  const rows = readTable().students.filter(({ notes }) => notes.length > 0);
  expect(rows.map(({ student, report, notes }) => [student, report.score.percent, notes])).toEqual([
    ["ada", 66, ["the same account as mallory", "the same name as mallory"]],
    ["mallory", 100, ["the same account as ada", "the same name as ada", ...stated]],
  ]);
  rmSync(join(folder, "mallory"), { recursive: true });
});

const good = JSON.stringify(report("eve", [], 1));
it.each<[string, string, string, string]>([
  ["a total that is markup", '"percent":100', '"percent":"<b>"', "percent is string, not integer"],
  ["an infinite total", '"percent":100', '"percent":1e999', "percent is number, not integer"],
  ["an empty item", '"items":[', '"items":[null,', "phases[0].items[0] is null, not object"],
  ["inherited members", '"student"', '"__proto__":{"student":"ada"},"students"', "report lacks student"],
  ["a negative weight", '"weight":1', '"weight":-1', "weight is -1"],
  ["a huge weight", '"weight":1', '"weight":1e300', "weight is 1e+300"],
  ["another status", '"pass"', '"<b>"', "status is <b>"],
  ["an item twice", "5.one", "5.two", "5.two appears twice"],
  ["a phase twice", '"phase":5', '"phase":6', "phase 6 appears twice"],
  ["a time with a comment", '"2026-10-01T08:00:00.000Z"', '"2026-10-01 (<b>)"', "checkedAt is 2026"],
  ["a month 13", "2026-10", "2026-13", "Invalid time value"],
  ["an account that is markup", '"account":null', '"account":"<b>"', "account is <b>"],
  ["a large text", "{", " ".repeat(2 * 1024 ** 2), "larger than 1 MB"],
  ["a null", good, "null", "no report of check-lab"],
])("leaves out %s in one line, and shows the others", (_, text, replacement, reason) => {
  write("eve", good.replace(text, replacement));
  const { students, unread } = readTable();
  expect(students).toEqual(table.students);
  const added = unread.filter(({ file }) => file.startsWith("eve"));
  expect(added).toEqual([{ file: join("eve", "report.json"), reason: expect.stringContaining(reason) }]);
  rmSync(join(folder, "eve"), { recursive: true });
});

it("leaves out links and folders in place of a report", () => {
  mkdirSync(join(folder, "eve/report.json"), { recursive: true });
  symlinkSync("../ada/1/report.json", join(folder, "eve/link.json"));
  symlinkSync("../ada", join(folder, "eve/all"));
  // Node does not find names that are not UTF-8.
  for (const name of ["eve/\xff", "eve/\xff.json"]) mkdirSync(Buffer.from(join(folder, name), "latin1"));
  const { students, unread } = readTable();
  expect(students).toEqual(table.students);
  expect(unread.filter(({ reason }) => reason.startsWith("ENOENT"))).toHaveLength(2);
  const added = unread.filter(({ reason }) => reason === "not a regular file");
  expect(added.map(({ file }) => file).sort()).toEqual(["eve/all", "eve/link.json", "eve/report.json"]);
  rmSync(join(folder, "eve"), { recursive: true });
});
