import { createContext } from "@ecs-delivery/live/browser/frame";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { Hono } from "hono";
import { expect, it, onTestFinished } from "vitest";
import { guidesOf, reportOf } from "../course/progress/course.support.ts";
import { openCourse } from "../course/progress/course.ts";
import { view } from "./browser/course.mjs";
import { courseTab } from "./course-tab.ts";

const folder = useEmptyFolder();
const host = "127.0.0.1:4567";

/** The tab of an account in which this step fails. */
async function open(way: "cli" | "console" = "cli") {
  const guides = guidesOf([{ id: "6.1", items: ["6.listeners"] }], way);
  const check = async () => reportOf({ "6.listeners": "fail" });
  const course = openCourse({ guides, check, state: `${folder}/progress.json` });
  onTestFinished(course.close);
  const parts = new Map<string, unknown>([["access", { mayOperate: true }]]);
  const tab = courseTab(course, guides);
  const app = new Hono();
  tab.routes?.(app, (c) => c.req.header("cookie") === "right");
  tab.start?.((key, value) => parts.set(`course/${key}`, value));
  await course.check();
  const own = { host, origin: `http://${host}`, cookie: "right", "content-length": "2" };
  return {
    course,
    tab,
    async post(path: string, body: object, headers: Record<string, string> = {}) {
      const init = { method: "POST", body: JSON.stringify(body), headers: { ...own, ...headers } };
      return (await app.request(path, init)).status;
    },
    text(path = "/course", language: "en" | "fr" = "en") {
      const sections = view(parts, createContext({ language, now: 1, path, search: "" }));
      return sections
        .map(({ html }: { html: unknown }) => `${html instanceof Function ? html() : html}`)
        .join("");
    },
  };
}

it("shows a step, its commands and the hints that were taken, and escapes once", async () => {
  const { post, text } = await open();
  expect(text()).toContain('href="#command-1" rel="noreferrer">Command 1</a>');
  expect(text()).toContain('<pre tabindex="0" aria-label="Command 2" role="group">aws two 6.1</pre>');
  expect(text("/course", "fr")).toContain('href="/course/7?lang=fr"');
  expect(text()).not.toContain("is &#60;fail&#62;");
  for (const _ of "1234") expect(await post("/help", { step: "6.1" })).toBe(200);
  expect(text()).toContain("6.listeners is &#60;fail&#62;");
  for (const shown of ["&lt;503&gt; everywhere", "Run 6.listeners", "aws one 6.1\n\naws two 6.1"])
    expect(text()).toContain(shown);
  expect(text("/course", "fr")).toContain("Aides prises : 4");
  expect(text("/course/<b>")).toContain("no step “&#60;b&#62;”");
});

it("shows the commands of the CLI to a student without a console", async () => {
  expect((await open("console")).text()).toContain("aws one 6.1");
});

it.each<[string, object, Record<string, string>, number]>([
  ["/help", { step: "6.1" }, { origin: "http://evil.example" }, 403],
  ["/help", { step: "6.1" }, { cookie: "wrong" }, 403],
  ["/tick", { step: "6.1", done: "true" }, {}, 400],
  ["/help", { step: "../etc" }, {}, 400],
  ["/check", {}, {}, 200],
])("responds to %s %j with %j by %i", async (path, body, headers, status) => {
  const { course, post } = await open();
  expect(await post(path, body, headers)).toBe(status);
  expect(course.state().taken).toEqual({});
});
