import { statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { findBrowser } from "../services/suppliers/src/browser/support/find-browser.ts";
import { exampleSummaries } from "./pictures/examples.ts";
import { missingPictures, mostBytes, picturesFolder } from "./pictures/pictures.ts";
import { summaryPage } from "./pictures/summary-page.ts";

const root = join(import.meta.dirname, "..");

/**
 * Renders the actions' job summaries to docs/images/summary-<name>.png. `--check` only lists pictures that a document
 * links and that do not exist; it needs no browser.
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
  const browser = await chromium.launch({ executablePath: findBrowser(process.env.PATH ?? "") });
  try {
    for (const [name, markdown] of exampleSummaries()) await renderSummary(browser, name, markdown);
  } finally {
    await browser.close();
  }
}

/** A long table continues below the picture. */
const mostHeight = 700;

async function renderSummary(browser: Browser, name: string, markdown: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 900, height: 100 } });
  await page.setContent(summaryPage(markdown));
  const file = join(root, picturesFolder, `summary-${name}.png`);
  const height = Math.min((await page.locator("body").boundingBox())?.height ?? 0, mostHeight);
  const clip = { x: 0, y: 0, width: 900, height };
  await writeFile(file, await page.screenshot({ fullPage: true, clip }));
  await page.close();
  const { size } = statSync(file);
  if (size > mostBytes) throw new Error(`${file} has ${size} bytes, more than ${mostBytes}`);
  console.log(`Rendered summary-${name}.png (${Math.round(size / 1000)} kB).`);
}

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
