import { findBrowser } from "@ecs-delivery/suppliers/browser/support/find-browser";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { createAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { type Listening, listen } from "./page.ts";
import { exampleService, exampleSide, exampleTask } from "./parts.support.ts";
import type { ServicePart } from "./parts.ts";
import type { PageExtension } from "./tabs.ts";
import { createWatch } from "./watch.ts";

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findBrowser(process.env.PATH ?? "") });

interface ServeOptions {
  readonly now?: () => number;
  readonly extensions?: readonly PageExtension[];
}

/** Serves a page of these parts. A test publishes their changes. */
export async function servePage(
  parts: Record<string, unknown>,
  { now = Date.now, extensions = [] }: ServeOptions = {},
) {
  const clock = { now, wait: () => new Promise<void>(() => {}) };
  const watch = createWatch({
    clock,
    observe: async () => ({ parts: new Map(Object.entries(parts)), pauseMs: 1000 }),
  });
  const access = { ...createAccess(), mayOperate: () => true };
  const app = await createApp({ watch, clock, extensions, host: "127.0.0.1", access });
  const stops = extensions.map(({ name, start }) =>
    start?.((key, value) => watch.publish(`${name}/${key}`, value)),
  );
  let listening: Listening = await listen(app, "127.0.0.1", 0);
  const { address } = listening;
  return {
    address,
    publish: watch.publish,
    end: () => listening.close(),
    async startAgain() {
      listening = await listen(app, "127.0.0.1", Number(new URL(address).port));
    },
    close() {
      for (const stop of stops) stop?.();
      watch.close();
      return listening.close();
    },
  };
}

export const isLive = (page: Page) => page.locator(".state[data-kind=live]").waitFor();

/** Names of 50 services, and a service of ten tasks. */
export const manyServices = Array.from(
  { length: 50 },
  (_, index) => `service-${String(index).padStart(2, "0")}`,
);

export function serviceOfTenTasks(name: string, production: number): ServicePart {
  const tasks = Array.from({ length: 5 }, (_, index) => exampleTask(`${name}-${index}`, "web:4"));
  const sides = [
    exampleSide("blue", { tasks, production: 100 - production }),
    exampleSide("green", { tasks: tasks.map((task) => ({ ...task, id: `g-${task.id}` })), production }),
  ];
  return exampleService(name, { sides });
}

/** Barriers that axe finds on a narrow dark and on a wide light page, and sideways scrolling. */
export async function findBarriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
  await page.evaluate(axe.source);
  for (const [width, colorScheme] of [
    [360, "dark"],
    [1600, "light"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    const sideways = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    const { violations } = await page.evaluate<AxeResults>(
      "axe.run({ rules: { 'target-size': { enabled: true } } })",
    );
    const texts = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
    if (sideways !== 0) texts.push(`${sideways} pixels too wide`);
    found.push(...texts.map((text) => `${width} ${colorScheme}: ${text}`));
  }
  return found;
}
