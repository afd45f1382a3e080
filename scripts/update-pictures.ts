import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "../services/suppliers/src/browser/support/find-browser.ts";
import { exampleSummaries } from "./pictures/examples.ts";
import { serveSite, terminalPage } from "./pictures/other-pictures.ts";
import { serveExamplePage } from "./pictures/page-pictures.ts";
import { missingPictures, mostBytes, picturesFolder, summaryPage } from "./pictures/pictures.ts";

const root = join(import.meta.dirname, "..");

/**
 * Renders the actions' job summaries, the live page, the services' pages and the lab's terminal to docs/images.
 * `--check` only lists pictures that a document links and that do not exist; it needs no browser.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  if (!values.check) await render();
  const missing = missingPictures(root);
  if (missing.length === 0) return;
  console.error(`${missing.join("\n")}\nRun "npm run docs" and commit, or correct the links.`);
  process.exitCode = 1;
}

async function render(): Promise<void> {
  await mkdir(join(root, picturesFolder), { recursive: true });
  await using ends = new AsyncDisposableStack();
  const browser = await chromium.launch({ executablePath: findBrowser(process.env.PATH ?? "") });
  ends.defer(() => browser.close());
  const summaries = exampleSummaries();
  for (const [name, markdown] of summaries)
    await renderContent(browser, `summary-${name}`, summaryPage(markdown));
  await renderContent(browser, "terminal", terminalPage());
  const live = await serveExamplePage(summaries.get("deployed") ?? "");
  ends.defer(() => live.close());
  for (const [name, path] of livePictures)
    await renderAddress(browser, name, `${live.address}${path}`, ".state[data-kind=live]");
  for (const [name, path] of sitePictures) {
    const site = await serveSite(name);
    ends.defer(() => site.close());
    await renderAddress(browser, `site-${name}`, `${site.address}${path}`, "main");
  }
}

const livePictures = [
  ["live-page", "/"],
  ["live-account", "/account"],
  ["live-run", "/runs/7"],
  ["live-operate", "/operate"],
] as const;

const sitePictures = [
  ["customer", "/suppliers"],
  ["employee", "/admin/suppliers"],
] as const;

/** A long table continues below the picture. */
const mostHeight = 700;

async function renderContent(browser: Browser, name: string, content: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 900, height: 100 } });
  await page.setContent(content);
  const height = Math.min((await page.locator("body").boundingBox())?.height ?? 0, mostHeight);
  await savePicture(
    name,
    await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: 900, height } }),
  );
  await page.close();
}

async function renderAddress(browser: Browser, name: string, address: string, ready: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
  await page.goto(address);
  await page.locator(ready).waitFor();
  // Sections are shown in the frames after that.
  await page.evaluate("new Promise((done) => requestIdleCallback(done))");
  await savePicture(name, await page.screenshot());
  await page.close();
}

async function savePicture(name: string, picture: Buffer): Promise<void> {
  if (picture.length > mostBytes)
    throw new Error(`the picture ${name} has ${picture.length} bytes, more than ${mostBytes}`);
  await writeFile(join(root, picturesFolder, `${name}.png`), picture);
  console.log(`Rendered ${name}.png (${Math.round(picture.length / 1000)} kB).`);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
