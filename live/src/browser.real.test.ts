import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { findBrowser } from "../../services/suppliers/src/browser/support/find-browser.ts";
import { createApp } from "./app.ts";
import { type Listening, listen } from "./listen.ts";
import {
  exampleDeployment,
  exampleParts,
  exampleService,
  exampleSide,
  exampleTask,
} from "./parts.support.ts";
import { createWatch } from "./watch.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser(process.env.PATH ?? "") });
});
afterAll(() => browser?.close());
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const clock = { now: Date.now, wait: () => new Promise<void>(() => {}) };

/** Serves a page of these parts. A test publishes their changes. */
async function serve(parts: Record<string, unknown>) {
  const watch = createWatch({
    clock,
    observe: async () => ({ parts: new Map(Object.entries(parts)), pauseMs: 1000 }),
  });
  const app = await createApp({ watch, clock, extensions: [], host: "127.0.0.1" });
  let listening: Listening = await listen(app, "127.0.0.1", 0);
  closers.push(() => {
    watch.close();
    return listening.close();
  });
  const { address } = listening;
  return {
    address,
    publish: watch.publish,
    end: () => listening.close(),
    async startAgain() {
      listening = await listen(app, "127.0.0.1", Number(new URL(address).port));
    },
  };
}

/** Opens a page; errors in its console fail the test. */
async function visit(address: string, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text()))
      complaints.push(message.text());
  });
  closers.push(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(address);
  return page;
}

const isLive = (page: Page) => page.locator(".state[data-kind=live]").waitFor();
const shares = (page: Page) => page.locator(".shares b").allTextContents();

it("two browsers see traffic shift as it happens, without a reload", async () => {
  const { address, publish } = await serve(exampleParts());
  const pages = await Promise.all([visit(address), visit(`${address}/?lang=fr`)]);
  await Promise.all(pages.map(isLive));
  expect(await shares(pages[0] as Page)).toEqual(["70 %", "30 %"]);
  const sides = [exampleSide("blue", { production: 10 }), exampleSide("green", { production: 90 })];
  publish("service/production/web", exampleService("web", { sides }));
  for (const page of pages) await expect.poll(() => shares(page)).toEqual(["10 %", "90 %"]);
  expect(await pages[1]?.getByText("trafic de production").count()).toBe(1);
});

it("waits for a server that ended, and then shows what it missed", async () => {
  const server = await serve(exampleParts());
  const page = await visit(server.address);
  await isLive(page);
  await server.end();
  await page.getByText("The server does not respond. Waiting…").waitFor();
  server.publish("deployment/production/web/d-EXAMPLE01", exampleDeployment("web", { verdict: "succeeded" }));
  server.publish("service/production/api", exampleService("api"));
  await server.startAgain();
  await page.getByText("Last deployment succeeded").waitFor();
  await page.getByRole("heading", { name: "api" }).waitFor();
  await isLive(page);
});

it("keeps the focus and an open list while the service changes", async () => {
  const { address, publish } = await serve(exampleParts());
  const page = await visit(address);
  await isLive(page);
  const events = page.getByText("Service events");
  await events.focus();
  await page.keyboard.press("Enter");
  publish("service/production/web", exampleService("web", { running: 3, desired: 3 }));
  await page.getByText("3 of 3 tasks running").waitFor();
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Service events");
  expect(await page.getByText("has reached a steady state").isVisible()).toBe(true);
});

it("is reached by keyboard, beginning with the way past the bar", async () => {
  const { address } = await serve(exampleParts());
  const page = await visit(address);
  await isLive(page);
  const focused = () => page.evaluate<string>("document.activeElement.textContent.trim()");
  const order: string[] = [];
  for (let stop = 0; stop < 6; stop++) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  expect(order).toEqual(["Skip to the content", "Live delivery", "Services", "Account", "Français", "web"]);
});

it.each(["/", "/account", "/services/production/web", "/services/production/gone", "/nothing"])(
  "%s has no barrier and needs no sideways scrolling, at 360 and 1600 pixels, in light and dark",
  async (path) => {
    const failed = exampleDeployment("web", {
      id: "d-EXAMPLE00",
      verdict: "failed",
      cause: "An alarm was triggered",
    });
    const parts = { ...exampleParts(), "deployment/production/web/d-EXAMPLE00": failed };
    const { address } = await serve(parts);
    const page = await visit(address + path);
    await isLive(page);
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
    for (const width of [360, 1600])
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
        await page.evaluate(axe.source);
        const results = await page.evaluate<AxeResults>("axe.run()");
        const found = results.violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
        );
        expect({ width, colorScheme, found }).toEqual({ width, colorScheme, found: [] });
      }
  },
);

it("shows 50 services with 500 tasks, and changes of all of them", async () => {
  const names = Array.from({ length: 50 }, (_, index) => `service-${String(index).padStart(2, "0")}`);
  const service = (name: string, production: number) => {
    const tasks = Array.from({ length: 5 }, (_, index) => exampleTask(`${name}-${index}`, "web:4"));
    const sides = [
      exampleSide("blue", { tasks, production: 100 - production }),
      exampleSide("green", { tasks: tasks.map((task) => ({ ...task, id: `g-${task.id}` })), production }),
    ];
    return exampleService(name, { sides });
  };
  const parts = Object.fromEntries(names.map((name) => [`service/production/${name}`, service(name, 10)]));
  const { address, publish } = await serve(parts);
  const page = await visit(address);
  await isLive(page);
  expect(await page.locator(".tasks li").count()).toBe(500);
  for (const name of names) publish(`service/production/${name}`, service(name, 90));
  await expect
    .poll(async () => (await shares(page)).filter((share) => share === "90 %").length, { timeout: 30_000 })
    .toBe(50);
});
