import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import {
  findBarriers,
  isLive,
  manyServices,
  openBrowser,
  servePage,
  serviceOfTenTasks,
} from "./browser.support.ts";
import { exampleDeployment, exampleParts, exampleService, exampleSide } from "./parts.support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(parts: Record<string, unknown>) {
  const server = await servePage(parts);
  closers.push(server.close);
  return server;
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

it.each(["/", "/account", "/account?lang=fr", "/services/production/web", "/services/a/gone", "/nothing"])(
  "%s has no barrier and needs no sideways scrolling, at 360 pixels in dark and 1600 in light",
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
    expect(await findBarriers(page)).toEqual([]);
  },
);

it.each([
  ["/", "70 %"],
  ["/account", "mysql 8.4"],
])("%s shows the present state without JavaScript, and says so", async (path, shown) => {
  const { address } = await serve(exampleParts());
  const page = await visit(address + path, { javaScriptEnabled: false });
  expect(await page.getByText(shown, { exact: true }).first().isVisible()).toBe(true);
  expect(await page.getByRole("status").textContent()).toBe("Static");
});

it.each([
  ["reduce", "0s"],
  ["no-preference", "0.7s"],
] as const)(
  "moves the bar of the traffic for a reader who prefers %s in %s",
  async (reducedMotion, duration) => {
    const { address } = await serve(exampleParts());
    const page = await visit(address, { reducedMotion });
    await isLive(page);
    const style = "getComputedStyle(document.querySelector('svg.bar rect'))";
    expect(await page.evaluate(`${style}.transitionDuration.split(",")[0]`)).toBe(duration);
  },
);

it("shows 50 services with 500 tasks, and touches only what an event changes", async () => {
  const key = "service/production/service-07";
  const parts = Object.fromEntries(
    manyServices.map((name) => [`service/production/${name}`, serviceOfTenTasks(name, 40)]),
  );
  const { address, publish } = await serve(parts);
  const page = await visit(address);
  await isLive(page);
  expect(await page.locator(".tasks li").count()).toBe(500);
  // Notes each change of the sections, other than the ages of tasks.
  await page.evaluate(`globalThis.changes = [];
    new MutationObserver((records) => {
      for (const { target, type } of records)
        if (target.nodeName !== "TIME")
          changes.push({ type, key: target.parentElement.closest(".section").dataset.key });
    }).observe(document.getElementById("sections"),
      { subtree: true, childList: true, attributes: true, characterData: true })`);
  publish(key, serviceOfTenTasks("service-07", 90));
  const count = async (text: string) => (await shares(page)).filter((share) => share === text).length;
  await expect.poll(() => count("90 %")).toBe(1);
  const changes = await page.evaluate<{ type: string; key: string }[]>("changes");
  expect(new Set(changes.map((change) => change.key))).toEqual(new Set([key]));
  // Texts and attributes alone: no element is created or removed.
  expect(changes.filter(({ type }) => type === "childList")).toEqual([]);
  expect(changes.length).toBeLessThan(20);
  for (const name of manyServices) publish(`service/production/${name}`, serviceOfTenTasks(name, 20));
  await expect.poll(() => count("20 %")).toBe(50);
});
