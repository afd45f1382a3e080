import type { Part } from "@ecs-delivery/actions/core/card";
import { systemClock } from "@ecs-delivery/actions/core/pace";
import { findBarriers, isLive, openBrowser } from "@ecs-delivery/live/browser.support";
import { type LivePage, openPageClients, startPage } from "@ecs-delivery/live/page";
import type { Simulator } from "@ecs-delivery/simulator";
import { startTestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { InputsRefused } from "../runner/load/dispatch-inputs.ts";
import { type CheckedPhase, checkTab } from "./check-tab.ts";
import { operateTab } from "./operate-tab.ts";
import type { Operations } from "./operations.ts";
import { createRunRecords } from "./run-records.ts";
import { runsTab } from "./runs-tab.ts";

let simulator: Simulator;
let live: LivePage;
let browser: Browser;
let page: Page;
const done: string[] = [];
const records = createRunRecords();

/** A lab whose workflow starts a run that the records show. */
const operations: Operations = {
  exercises: [
    {
      name: "new-heading",
      title: { en: "New heading", fr: "Nouveau titre" },
      about: { en: "Changes it", fr: "Le change" },
    },
  ],
  describe: async () => ({
    commit: "0123456789",
    subject: "<b>First</b>",
    workflows: [
      {
        file: "rollback.yml",
        name: "Roll back",
        inputs: [
          {
            ...{ name: "service", type: "choice", description: "Service to roll back", required: true },
            ...{ default: "", options: ["customer", "employee"] },
          },
          { name: "force", type: "boolean", description: "", required: false, default: "false", options: [] },
        ],
      },
    ],
  }),
  async startWorkflow({ file, inputs }) {
    if (!inputs.service)
      throw new InputsRefused(file, [{ input: "service", message: "'service' is required" }]);
    done.push(`${file} ${JSON.stringify(inputs)}`);
    const [run, job, step] = [3, "customer / rollback", "Roll back"];
    records.notice({
      type: "run-started",
      run,
      workflow: "Roll back",
      event: "workflow_dispatch",
      sha: "abcdef0",
    });
    records.notice({ type: "job-started", run, job });
    records.notice({ type: "step-started", run, job, step });
    records.notice({ type: "log", run, job, step, line: "traffic: <old> 0 %" });
    return run;
  },
  startExercise: async (name) => void done.push(name),
  stopDeployment: async () => {},
};

const checkedPhase: CheckedPhase = {
  ...{ phase: 6, title: "Load balancer", score: { points: 1, of: 2, unchecked: 0, percent: 50 } },
  items: (["pass", "fail", "unchecked"] as const).map((status) => ({
    ...{ id: `6.${status}`, title: "The listener has port 80", status, evidence: "It has port 81" },
    fixes: status === "fail" ? [["console", "Change the port"]] : [],
  })),
};

/** A run with a failed step, annotations and a summary. */
function recordRun(run: number): void {
  const [job, step] = ["customer / deploy", "Deploy"];
  const line = "Production now: customer:3 (unchanged)";
  const links = [{ text: "logs", address: "https://example.com/" }];
  const summary: Part[] = [
    { ok: true, isLine: true, verdict: "Task", links },
    { ok: false, verdict: "Failed", links, body: "| a | b |\n|---|--:|\n| 1 | 2 |" },
    {
      ...{ title: "Traffic", x: { unit: "s", to: 9 }, y: { unit: "%", to: 100 } },
      series: [{ colour: "green", values: [0, 100] }],
    },
    `\`\`\`\n${line}\n\`\`\``,
  ];
  records.notice({ type: "run-started", run, workflow: "Deploy", event: "push", sha: "abcdef0" });
  records.notice({ type: "job-started", run, job });
  records.notice({ type: "step-started", run, job, step });
  records.notice({ type: "log", run, job, step, line });
  for (const level of ["error", "warning", "notice"] as const)
    records.notice({ type: "annotation", run, job, annotation: { level, title: "Crashed", message: line } });
  records.notice({ type: "step-finished", run, job, step, conclusion: "failure", durationMs: 9 });
  records.notice({ type: "job-finished", run, job, conclusion: "failure", durationMs: 9, summary });
  records.notice({ type: "run-finished", run, workflow: "Deploy", conclusion: "failure", durationMs: 9 });
}

beforeAll(async () => {
  simulator = await startTestSimulator();
  live = await startPage({
    clients: openPageClients(simulator.clientConfig),
    region: simulator.clientConfig.region,
    port: 0,
    clock: systemClock,
    extensions: [
      runsTab(records),
      checkTab(async function* () {
        yield checkedPhase;
      }),
      operateTab(operations),
    ],
  });
  browser = await openBrowser();
});
beforeEach(async () => {
  done.length = 0;
  page = await browser.newPage();
  // A workflow takes as long as the machine needs; Vitest ends a test that takes too long.
  page.setDefaultTimeout(0);
  await page.goto(live.operatorAddress);
});
afterAll(async () => {
  await browser?.close();
  await live?.close();
  await simulator?.close();
});

it("shows a refused input at its field, then starts the workflow and shows its log and summary", async () => {
  await page.goto(`${live.address}/operate`);
  await page.getByText("<b>First</b>").waitFor();
  await page.getByText("rollback.yml", { exact: true }).click();
  await page.getByRole("button", { name: "Run workflow" }).click();
  const service = page.getByLabel("Service to roll back");
  await page.getByText("'service' is required").waitFor();
  expect(await service.getAttribute("aria-invalid")).toBe("true");
  expect(done).toEqual([]);

  await service.selectOption("customer");
  await page.getByLabel("force").check();
  await page.getByRole("button", { name: "Run workflow" }).click();
  await page.waitForURL("**/runs/3");
  expect(done).toEqual(['rollback.yml {"service":"customer","force":"true"}']);
  await page.getByText("traffic: <old> 0 %").waitFor();
  const job = "customer / rollback";
  const summary = "## Restored\n\n| a | b |\n|---|---|\n| 1 | <img src=x onerror=alert(1)> |";
  records.notice({
    type: "job-finished",
    run: 3,
    job,
    conclusion: "success",
    durationMs: 9,
    summary: [summary],
  });
  await page.getByRole("heading", { name: "Restored" }).waitFor();
  expect(await page.locator(".summary img").count()).toBe(0);
});

it("pushes an exercise from the keyboard", async () => {
  await page.goto(`${live.address}/operate`);
  await page.getByRole("button", { name: "New heading" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/runs");
  expect(done).toEqual(["new-heading"]);
});

it("checks the lab and shows the fix of each fault", async () => {
  await page.goto(`${live.address}/check`);
  await isLive(page);
  await page.getByRole("button", { name: "Check now" }).click();
  await page.getByRole("heading", { name: "Phase 6: Load balancer" }).waitFor();
  expect(await page.getByText("Change the port").isVisible()).toBe(true);
  expect(await page.getByText("could not check · 6.unchecked").isVisible()).toBe(true);
});

it.each(["/operate", "/runs", "/runs/4", "/check?lang=fr"])(
  "%s has no barrier and needs no sideways scrolling, at 360 pixels in dark and 1600 in light",
  async (path) => {
    recordRun(4);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(live.address + path);
    await isLive(page);
    const start = page.locator("form[data-action=check] button");
    if (path.startsWith("/check")) {
      await start.click();
      await page.getByRole("heading", { name: "Phase 6: Load balancer" }).waitFor();
    }
    expect(await findBarriers(page)).toEqual([]);
  },
);

it("starts one run at a double click, also if the lab responds late", async () => {
  await page.goto(`${live.address}/operate`);
  const { promise: isLate, resolve: respond } = Promise.withResolvers<void>();
  await page.route("**/operate/exercise", async (route) => {
    await isLate;
    await route.continue();
  });
  await page.getByRole("button", { name: "New heading" }).dblclick();
  respond();
  await page.waitForURL("**/runs");
  expect(done).toEqual(["new-heading"]);
});

it("is only read by a browser without the cookie", async () => {
  await page.goto(`${live.address}/operate`);
  await isLive(page);
  await page.context().clearCookies();
  await page.getByRole("button", { name: "New heading" }).click();
  await page.getByText("Fix: open the address that the lab printed").waitFor();
  await page.reload();
  await page.getByText("This browser only reads").waitFor();
  expect(await page.getByRole("button").count()).toBe(0);
  await page.goto(`${live.address}/check`);
  expect(await page.getByRole("button", { name: "Check" }).isDisabled()).toBe(true);
  expect(done).toEqual([]);
});

it("is not operated by a page of another port, which gets the cookie too", async () => {
  await page.goto(simulator.endpoint);
  const outcome = await page.evaluate(async (address) => {
    const send = (mode: "cors" | "no-cors") =>
      fetch(address, { method: "POST", mode, credentials: "include", body: '{"name":"new-heading"}' })
        .then((response) => response.type)
        .catch(() => "blocked");
    return [await send("cors"), await send("no-cors")];
  }, `${live.address}/operate/exercise`);
  expect(outcome[0]).toBe("blocked");
  expect(done).toEqual([]);
});
