// npm run docs: takes the pictures of docs/images from a real lab, with a canary that is rolled back
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findBrowser } from "@ecs-delivery/suppliers/browser/support/find-browser";
import { chromium, type Locator, type Page } from "playwright-core";
import { record } from "./pictures/record.ts";

const root = join(import.meta.dirname, "..");
/** A picture loads within a second or two. */
const mostBytes = 2_000_000;
/** Height of the window: a long summary continues below it. */
const mostHeight = 900;

/** Starts a lab that stays up. Resolves with the addresses of its page and site when both services are deployed. */
async function startLab(
  ends: AsyncDisposableStack,
): Promise<{ page: string; site: string; ended: Promise<unknown> }> {
  const lab = spawn(process.execPath, ["lab/src/main.ts", "--runtime", "process"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(lab, "exit");
  ends.defer(async () => {
    lab.kill("SIGINT");
    await ended;
  });
  return new Promise((resolve, reject) => {
    let site = "";
    createInterface(lab.stdout).on("line", (line) => {
      console.log(line);
      site ||= /^ {2}customer +(\S+)/.exec(line)?.[1] ?? "";
      const page = /^Watch it in a browser: +(\S+)/.exec(line)?.[1];
      if (page) resolve({ page, site, ended });
    });
    lab.once("exit", () => reject(new Error("the lab ended before its services were deployed")));
  });
}

/** Returns functions that start runs as the tab Operate does, and wait for their end. */
function operate(page: Page) {
  // Provision and Deploy of the start.
  let runs = 2;
  const start = async (action: "exercise" | "workflow", form: Readonly<Record<string, string>>) => {
    const headers = { "content-type": "application/json" };
    const request = JSON.stringify({ method: "POST", body: JSON.stringify(form), headers });
    const status = await page.evaluate(
      `fetch("/operate/${action}", ${request}).then(({ status }) => status)`,
    );
    if (status !== 200) throw new Error(`${JSON.stringify(form)} was refused with ${status}`);
    runs += 1;
    return runs;
  };
  return {
    exercise: (name: string) => start("exercise", { name }),
    workflow: (workflow: string, inputs: Readonly<Record<string, string>> = {}) =>
      start("workflow", {
        workflow,
        ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`input:${name}`, value])),
      }),
  };
}

async function save(name: string, picture: Buffer): Promise<void> {
  if (picture.length > mostBytes)
    throw new Error(`the picture ${name} has ${picture.length} bytes, more than ${mostBytes}`);
  await writeFile(join(root, "docs/images", `${name}.png`), picture);
  console.log(`took ${name}.png (${Math.round(picture.length / 1000)} kB)`);
}

/**
 * Photographs the upper part of an element. It may have its true size and place only once it is in view, and the page's
 * header would cover it.
 */
async function saveElement(name: string, element: Locator): Promise<void> {
  const page = element.page();
  await page.evaluate("document.querySelector('header.bar').style.position = 'static'");
  for (const _ of ["lays out what is above", "is there"]) {
    await element.evaluate((each) => {
      each.style.scrollMargin = "12px";
      each.scrollIntoView();
    });
    await page.evaluate("new Promise((done) => requestIdleCallback(done))");
  }
  const { x = 0, y = 0, width = 0, height = 0 } = (await element.boundingBox()) ?? {};
  const top = Math.max(0, y - margin);
  const clip = { x: x - margin, y: top, width: width + 2 * margin, height: height + 2 * margin };
  await save(
    name,
    await page.screenshot({ clip: { ...clip, height: Math.min(clip.height, mostHeight - top) } }),
  );
}

/** Pixels around an element. */
const margin = 12;

/** Not every machine has a font with emoji; an emoji without its variation selector is text. */
const withoutEmoji = `for (const walker = document.createTreeWalker(document.body, 4); walker.nextNode(); )
  walker.currentNode.data = walker.currentNode.data
    .replaceAll("✅", "✔").replaceAll("❌", "✘").replaceAll("\\uFE0F", "")`;

async function saveSites(page: Page, site: string): Promise<void> {
  for (const [name, path] of Object.entries({ customer: "/suppliers", employee: "/admin/suppliers" })) {
    await page.goto(new URL(path, site).href);
    await save(`site-${name}`, await page.screenshot());
  }
}

async function takePictures(): Promise<void> {
  await using ends = new AsyncDisposableStack();
  const lab = await startLab(ends);
  const browser = await chromium.launch({ executablePath: findBrowser(process.env.PATH ?? "") });
  ends.defer(() => browser.close());
  // Ends what waits for a run.
  void lab.ended.then(() => browser.close());
  const viewport = { width: 1000, height: mostHeight };
  const context = await browser.newContext({ reducedMotion: "reduce", viewport });
  const page = await context.newPage();
  await page.goto(lab.page);
  const runs = operate(page);
  const open = async (path: string, tab = page) => {
    await tab.goto(new URL(path, lab.page).href);
    // Sections are shown in the frames after the first.
    await tab.evaluate("new Promise((done) => requestIdleCallback(done))");
  };
  const ofRun = async (run: number) => {
    const tab = await context.newPage();
    await open(`/runs/${run}`, tab);
    await tab.locator("h2 .mark").waitFor({ timeout: 0 });
    return tab;
  };
  const summaryOf = async (name: string, run: number, job = "") => {
    const tab = await ofRun(run);
    await tab.evaluate(withoutEmoji);
    await saveElement(
      `summary-${name}`,
      tab.locator("article.job", { hasText: job }).locator(".summary").last(),
    );
    await tab.close();
  };
  await summaryOf("provisioned", 1);
  for (const path of ["account", "operate"]) {
    await open(`/${path}`);
    await save(`live-${path}`, await page.screenshot());
  }
  await saveSites(page, lab.site);
  await open("/");
  const heading = await runs.exercise("new-heading");
  await page.getByText("60 %").first().waitFor({ timeout: 0 });
  await save("live-page", await page.screenshot());
  await save("live-run", await (await ofRun(heading)).screenshot());
  await summaryOf("deployed", heading, "customer / deploy");
  const canary = await runs.exercise("slow-canary");
  await page.getByText("Deployment in progress").waitFor({ timeout: 0 });
  await save("canary", await record(page, ofRun(canary)));
  await summaryOf("crashed", await runs.exercise("crash-at-start"), "employee / deploy");
  await summaryOf(
    "rolled-back",
    await runs.workflow("rollback.yml", { service: "customer", to: "previous-revision" }),
  );
  await summaryOf("mirrored", await runs.workflow("mirror-to-codecommit.yml"), "deployment");
  await summaryOf("cost-estimated", await runs.workflow("estimate-cost.yml"));
  await summaryOf("lab-checked", await runs.workflow("check-lab.yml"));
  const scaleTest = await runs.workflow("scale-test.yml", { service: "customer", duration: "20s" });
  await summaryOf("scaling-measured", scaleTest);
}

try {
  await takePictures();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
