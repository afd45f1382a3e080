import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBrowser } from "../../services/suppliers/src/browser/support/find-browser.ts";
import { layOut } from "./layout.ts";
import { drawProfile } from "./profile.ts";
import { diagramSvg } from "./svg.ts";

const templates = resolve(import.meta.dirname, "../../infra-templates");
const profiles = readdirSync(join(templates, "parameters")).map((file) => file.replace(".json", ""));

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(process.env.PATH ?? "") });
});
afterAll(() => browser?.close());

test.each(profiles)("the picture of the profile %s shows all text in full in a browser", async (profile) => {
  const diagram = drawProfile(templates, profile);
  const page = await browser.newPage();
  await page.setContent(diagramSvg(diagram, await layOut(diagram), "A"));
  // A script of the page, whose types this project has not: given as text.
  const cut = await page.evaluate(`[...document.querySelectorAll(".card")].flatMap((card) => {
    const right = card.querySelector("rect").getBoundingClientRect().right;
    return [...card.querySelectorAll("text")]
      .filter((text) => text.getBoundingClientRect().right > right)
      .map((text) => text.textContent);
  })`);
  expect(cut).toEqual([]);
});
