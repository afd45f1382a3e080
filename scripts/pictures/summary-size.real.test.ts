import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBrowser } from "../../services/suppliers/src/browser/support/find-browser.ts";
import { exampleSummaries } from "./examples.ts";
import { summaryPage } from "./pictures.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(process.env.PATH ?? "") });
});
afterAll(() => browser?.close());

const summaries = exampleSummaries();

async function open(markdown: string, width: number) {
  const page = await browser.newPage({ viewport: { width, height: 100 } });
  await page.setContent(summaryPage(markdown));
  return page;
}

test.each(["deployed", "crashed"])(
  "a job that builds, renders, migrates and deploys (%s) is under 900 pixels high on a screen",
  async (name) => {
    const page = await open(summaries.get(name) ?? "", 1_000);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBeLessThan(900);
  },
);

test.each(["deployed", "crashed", "rolled-back"])(
  "verdict, cause, fix and links of a deployment (%s) fit on a phone without scrolling",
  async (name) => {
    const summary = summaries.get(name) ?? "";
    const page = await open(summary.slice(summary.indexOf("### ")), 360);
    const links = page.getByRole("link", { name: "site" });
    const box = await links.boundingBox();
    expect((box?.y ?? Number.NaN) + (box?.height ?? 0)).toBeLessThan(640);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
  },
);
