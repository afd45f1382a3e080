import { html } from "@ecs-delivery/live/browser/html";
import { Hono } from "hono";
import { expect, it } from "vitest";
import { view } from "./browser/check.mjs";
import { type CheckedPhase, type CheckPhases, checkTab } from "./check-tab.ts";

const host = "127.0.0.1:4567";

const item = (
  [id, title, status, evidence]: [string, string, "pass" | "fail" | "unchecked", string],
  fixes: CheckedPhase["items"][number]["fixes"] = [],
) => ({ id, title, status, evidence, fixes });
const phase: CheckedPhase = {
  ...{ phase: 6, title: "Load balancer", score: { points: 1, of: 2, unchecked: 0, percent: 50 } },
  items: [
    item(["6.listener", "The listener has port 80", "pass", "port 80"]),
    item(["6.admin-rule", "/admin goes to employee", "fail", "No rule"], [["console", "Add a rule"]]),
    item(["6.site", "The site responds", "unchecked", "No <route>"]),
  ],
};

/** The tab of a lab that is checked in this way. */
function open(check: CheckPhases) {
  const states: { startedAt: number; isRunning: boolean; phases: CheckedPhase[]; problem?: string }[] = [];
  const tab = checkTab(check, () => 1);
  const app = new Hono();
  tab.routes?.(app, (c) => c.req.header("cookie") === "right");
  tab.start?.((_, value) => states.push(value as (typeof states)[number]));
  const own = { host, origin: `http://${host}`, cookie: "right", "content-length": "2" };
  return {
    states,
    post: async (headers: Record<string, string> = {}) =>
      (await app.request("/start", { method: "POST", body: "{}", headers: { ...own, ...headers } })).status,
    text(language: "en" | "fr" = "en") {
      const parts = new Map<string, unknown>([
        ["access", { mayOperate: true }],
        ["check/state", states.at(-1)],
      ]);
      const sections = view(parts, { html, language, now: 1, path: "/check", link: String });
      return sections
        .map((each: { html: unknown }) => `${each.html instanceof Function ? each.html() : each.html}`)
        .join("");
    },
  };
}

it("shows each phase as soon as it is checked, with the fix of each fault", async () => {
  const second = Promise.withResolvers<void>();
  const lab = open(async function* () {
    yield phase;
    await second.promise;
    yield { ...phase, phase: 7 };
  });
  expect(lab.text()).toContain("Not checked yet");
  expect(await lab.post()).toBe(200);
  await new Promise(setImmediate);
  expect(lab.text()).toContain("Phase 6: Load balancer");
  expect(lab.text()).toContain("disabled>Checking…");
  for (const shown of ["1 of 2 points", "passed · 6.listener", "failed · 6.admin-rule", "Fix (console)"])
    expect(lab.text()).toContain(shown);
  expect(lab.text()).toContain("No &#60;route&#62;");
  expect(lab.text("fr")).toContain("1 points sur 2 (50 %)");
  second.resolve();
  await new Promise(setImmediate);
  expect(lab.text()).toContain("Check again");
  expect(lab.states.at(-1)?.phases.map(({ phase }) => phase)).toEqual([6, 7]);
});

it("runs one check at a time", async () => {
  let checks = 0;
  const never = new Promise<void>(() => {});
  const lab = open(async function* () {
    checks++;
    await never;
    yield phase;
  });
  await Promise.all([lab.post(), lab.post()]);
  expect(checks).toBe(1);
});

it("says why a check ended early", async () => {
  const lab = open(async function* () {
    yield phase;
    throw new Error("git is not installed");
  });
  await lab.post();
  await new Promise(setImmediate);
  expect(lab.text()).toContain('role="alert">git is not installed');
  expect(lab.text()).toContain("Check again");
});

it.each<Record<string, string>>([
  { origin: "http://evil.example" },
  { cookie: "wrong" },
  { "sec-fetch-site": "cross-site" },
])("is not started by a request with %j", async (headers) => {
  const lab = open(async function* () {
    yield phase;
  });
  expect(await lab.post(headers)).toBe(403);
  expect(lab.states.at(-1)?.startedAt).toBeUndefined();
});
