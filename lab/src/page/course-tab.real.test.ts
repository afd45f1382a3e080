import { execFile } from "node:child_process";
import { cpSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { checkLab } from "@ecs-delivery/actions/check-lab/src/check";
import { openLabIn } from "@ecs-delivery/actions/check-lab/src/check.support";
import { phases } from "@ecs-delivery/actions/check-lab/src/phases/phases";
import weights from "@ecs-delivery/actions/check-lab/weights.json" with { type: "json" };
import { systemClock } from "@ecs-delivery/actions/core/pace";
import { findBarriers, isLive, openBrowser } from "@ecs-delivery/live/browser.support";
import { type LivePage, openPageClients, startPage } from "@ecs-delivery/live/page";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { startRealSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Course, openCourse } from "../course/progress/course.ts";
import { readGuides } from "../course/progress/guides.ts";
import { courseTab } from "./course-tab.ts";

const folder = useFolder();
const pages = join(import.meta.dirname, "../../../docs/lab");

let simulator: TestSimulator;
let live: LivePage;
let course: Course;
let browser: Browser;

beforeAll(async () => {
  for (const page of globSync(`${pages}/phase-6-*.md`)) cpSync(page, join(folder, basename(page)));
  const guides = await readGuides(folder, "cli");
  simulator = await startRealSimulator({ account: "academy" });
  course = openCourse({
    guides,
    state: join(folder, "progress.json"),
    from: 6,
    check: (signal, onItem) =>
      checkLab(openLabIn(simulator), {
        ...{ phases: phases.filter(({ number }) => number === 6), weights, student: "ada", now: Date.now },
        ...{ signal, onItem },
      }),
  });
  live = await startPage({
    ...{ clients: openPageClients(simulator.clientConfig), region: simulator.clientConfig.region },
    ...{ port: 0, clock: systemClock, extensions: [courseTab(course, guides)] },
  });
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await course?.close();
  await live?.close();
  await simulator?.close();
});

/** A browser of the student, who may copy. */
async function visit(path: string, options: Parameters<Browser["newContext"]>[0] = {}) {
  const context: BrowserContext = await browser.newContext({ reducedMotion: "reduce", ...options });
  // A check takes as long as the machine needs; Vitest ends a test that takes too long.
  context.setDefaultTimeout(0);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(live.operatorAddress);
  await page.goto(live.address + path);
  await isLive(page);
  return { page, complaints };
}

/** Runs what is in the clipboard, in a shell with the keys of the account. */
async function paste(page: Page) {
  const commands = await page.evaluate<string>("navigator.clipboard.readText()");
  const env = { ...process.env, ...simulator.environmentVariables, AWS_PAGER: "" };
  await promisify(execFile)("bash", ["-ec", commands], { env });
}

it("leads a student through a phase by its own commands, and shows a step that is broken again", async () => {
  const { page, complaints } = await visit("/course");
  const other = await visit("/course?lang=fr");
  for (const [id, title] of [
    ["6.1", "security group"],
    ["6.2", "target groups"],
    ["6.3", "load balancer and listeners"],
    ["6.4", "rules for /admin"],
  ] as const) {
    await page.getByRole("heading", { name: `${id} ${title}` }).waitFor();
    await page.getByRole("button", { name: "Copy: Command 1" }).click();
    await page.getByText("Copied").waitFor();
    await paste(page);
    const done = page.getByText("This step is done.");
    // A security group without a load balancer is not found yet.
    if (id === "6.1") await page.getByRole("button", { name: "Mark as done" }).click();
    await done.waitFor();
    if (id !== "6.4") await page.locator(".notice a").click();
  }
  await page.getByText("All steps are done.").waitFor();
  await page.getByRole("group", { name: "Target group employee-tg-two" }).waitFor();
  await other.page.getByText("4 étapes faites sur 4").waitFor();

  const { SecurityGroups = [] } = await simulator.aws.ec2.describeSecurityGroups({
    Filters: [{ Name: "group-name", Values: ["microservices-sg"] }],
  });
  const { GroupId, IpPermissions } = SecurityGroups[0] ?? {};
  await simulator.aws.ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions });
  await page.getByRole("img", { name: "no longer right" }).waitFor();
  await other.page.goto(`${live.address}/course?lang=fr`);
  await other.page.getByText("Cette étape était faite et n’est plus correcte.").waitFor();
  await other.page.getByRole("button", { name: "Indice 1" }).focus();
  await other.page.keyboard.press("Enter");
  await other.page.getByText("Ce qui a été vu").waitFor();
  await page.goto(`${live.address}/course/6.1`);
  await page.getByText("Help taken: 1 in this step").waitFor();
  expect(complaints).toEqual([]);
});

it.each(["/course", "/course/6.3?lang=fr", "/course/12"])(
  "%s has no barrier and needs no sideways scrolling, at 360 pixels in dark and 1600 in light",
  async (path) => {
    for (let taken = 0; taken < 4; taken++) course.takeHelp("6.1");
    const { page } = await visit(path);
    expect(await findBarriers(page)).toEqual([]);
  },
);
