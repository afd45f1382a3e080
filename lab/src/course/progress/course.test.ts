import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ItemReport, Report } from "@ecs-delivery/actions/check-lab/src/report";
import { useEmptyFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { afterEach, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { guidesOf, reportOf } from "./course.support.ts";
import { type Course, type CourseOptions, openCourse } from "./course.ts";

const folder = useEmptyFolder();
const steps = [
  { id: "5.1", items: ["5.repository-policy"] },
  { id: "6.1", items: ["6.target-groups"] },
  { id: "6.2", items: ["6.listeners", "6.admin-path"] },
  { id: "7.1", items: ["7.services"] },
];
const letters = { p: "pass", f: "fail", w: "waiting", u: "unchecked" } as const;

function seen(text: string): Record<string, ItemReport["status"]> {
  const [groups, listeners, services] = [...text].map((letter) => letters[letter as "p"]);
  return Object.fromEntries(
    Object.entries({ "6.target-groups": groups, "6.listeners": listeners, "7.services": services }),
  ) as Record<string, ItemReport["status"]>;
}

const courses: Course[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const course of courses.splice(0)) await course.close();
});

/** A course whose check sees what `see` says. */
function open(options: Partial<CourseOptions> = {}) {
  const account = { report: reportOf(seen("fff")) as Report | Error, checks: 0 };
  const course = openCourse({
    guides: guidesOf(steps),
    state: join(folder, "course/progress.json"),
    async check() {
      account.checks++;
      if (account.report instanceof Error) throw account.report;
      return account.report;
    },
    ...options,
  });
  courses.push(course);
  const see = async (report: Report | Error) => {
    account.report = report;
    await course.check();
    return course.state();
  };
  return { course, account, see };
}

interface Case {
  name: string;
  from?: number;
  then: {
    see?: string;
    tick?: string;
    untick?: string;
    unreadable?: true;
    throws?: string;
    steps: string;
    next?: string;
    problem?: string;
  }[];
}

it.each(parse(readFileSync(join(import.meta.dirname, "course.cases.yml"), "utf8")) as Case[])(
  "$name",
  async ({ from = 1, then }) => {
    const { course, see } = open({ from });
    for (const { see: items, tick, untick, unreadable, throws, ...expected } of then) {
      if (throws) await see(new Error(throws));
      if (items) await see(reportOf(seen(items)));
      if (unreadable) await see(reportOf(seen("uuu"), false));
      if (tick) course.tick(tick, true);
      if (untick) course.tick(untick, false);
      const { steps, next, problem } = course.state();
      const text = Object.entries(steps).map((entry) => entry.join(" "));
      expect({ steps: text.join(", "), next, problem: problem?.cause }).toEqual({
        next: undefined,
        problem: undefined,
        ...expected,
      });
    }
  },
);

it("gives three hints from what the check saw, then the solution, and counts them", async () => {
  const files = [{ path: "customer/index.js", text: "app" }];
  const guides = guidesOf([...steps, { id: "4.1", items: ["4.customer-reads", "6.listeners"] }]);
  const where = "- <503> everywhere: the groups are swapped\n\nRun `aws elbv2 describe-listeners`.";
  const { course, see } = open({ guides, files: [...files, { path: "employee/index.js", text: "" }] });
  await see(reportOf({ ...seen("ffw"), "4.customer-reads": "pass" }));
  expect(course.state().help).toEqual({});
  for (let taken = 0; taken < 5; taken++) course.takeHelp("4.1");
  course.takeHelp("7.1");
  const { help, taken, items } = course.state();
  expect(taken).toEqual({ "4.1": 4, "7.1": 1 });
  expect(help["4.1"]).toEqual({
    seen: [{ id: "6.listeners", title: "6.listeners is right", evidence: "6.listeners is <fail>" }],
    where: { en: where, fr: where },
    fixes: ["Run 6.listeners"],
    solution: { commands: { en: "aws one 4.1\n\naws two 4.1", fr: "aws one 4.1\n\naws two 4.1" }, files },
  });
  expect(help["7.1"]).toEqual({
    seen: [{ id: "7.services", title: "7.services is right", evidence: "7.services is <waiting>" }],
  });
  expect(items["6.listeners"]).toMatchObject({ status: "fail", evidence: undefined });
  expect(items["4.customer-reads"]).toMatchObject({ status: "pass", evidence: "4.customer-reads is <pass>" });
});

it("keeps progress, ticks and help over a restart, also one without a readable account", async () => {
  const first = open();
  await first.see(reportOf(seen("pff")));
  first.course.tick("5.1", true);
  first.course.takeHelp("6.2");
  const second = open();
  const { steps, taken } = await second.see(reportOf(seen("uuu"), false));
  expect(steps).toEqual({ "5.1": "done", "6.1": "done", "6.2": "open", "7.1": "locked" });
  expect(taken).toEqual({ "6.2": 1 });
  const other = open({ isNewAccount: true });
  expect((await other.see(reportOf(seen("fff")))).steps["6.1"]).toBe("open");
});

it("leaves done steps without help and ticks, and all steps without ticks while nothing can be read", async () => {
  const { course, see } = open();
  await see(reportOf(seen("pff")));
  course.takeHelp("6.1");
  expect(course.state().taken).toEqual({});
  expect(course.state().byHand).not.toContain("6.1");
  expect((await see(new Error("no network"))).byHand).toEqual([]);
});

it.each([
  ["a tick of a step that is checked", (course: Course) => course.tick("6.1", true), "cannot be ticked"],
  ["an unknown step", (course: Course) => course.takeHelp("12.1"), 'no step "12.1"'],
])("refuses %s", (_, act, message) => {
  expect(() => act(open().course)).toThrow(message);
});

it("checks many changes once, and what changes during a check again", async () => {
  vi.useFakeTimers();
  const checks: (() => void)[] = [];
  const { course } = open({
    async check(_, onItem) {
      onItem(1, 3);
      await new Promise<void>((resolve) => checks.push(resolve));
      return reportOf(seen("pff"));
    },
  });
  for (const _ of "abc") course.changed();
  await vi.advanceTimersByTimeAsync(1000);
  expect(checks).toHaveLength(1);
  expect(course.state().checking).toMatchObject({ done: 1, of: 3 });
  course.changed();
  await vi.advanceTimersByTimeAsync(4000);
  checks[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(course.state().checking).toBeUndefined();
  await vi.advanceTimersByTimeAsync(4000);
  expect(checks).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(checks).toHaveLength(2);
  checks[1]?.();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(checks).toHaveLength(2);
});

it.each([
  "{",
  "[]",
  "null",
  '{"steps":{"6.1":"right"},"ticked":[],"taken":{}}',
  '{"steps":{},"ticked":"6.1","taken":{}}',
  '{"steps":{},"ticked":[],"taken":{"6.1":"two"}}',
])("refuses the state file %j", (text) => {
  writeFiles(folder, { "bad.json": text });
  expect(() => open({ state: join(folder, "bad.json") })).toThrow("Fix: remove it");
});
