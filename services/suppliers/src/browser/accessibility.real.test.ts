import { site as employees } from "@ecs-delivery/employee/app";
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { inventSupplier } from "../domain/invented-suppliers.ts";
import { pageSize } from "../domain/supplier-page.ts";
import { type BrowsedServices, openBrowsedServices, type ServiceName } from "./support/browsed-services.ts";
import { fillForm, skipBrowserChecks, submit } from "./support/supplier-form-page.ts";

let services: BrowsedServices;
beforeAll(async () => {
  services = await openBrowsedServices(["customer", "employee"]);
  await services.replaceSuppliers(
    Array.from({ length: pageSize + 1 }, (_, number) => inventSupplier(number)),
  );
});
afterAll(() => services?.close());
afterEach(async () => expect(await services.leave()).toEqual([]));

const open = (page: Page, name: ServiceName, path: string) => page.goto(services.url(name, path));

async function openForm(page: Page): Promise<void> {
  await open(page, "employee", "/admin/suppliers");
  await page
    .getByRole("link", { name: /^Edit / })
    .first()
    .click();
}

/** Each kind of page, and the way of a visitor to it. */
const pages: readonly (readonly [
  title: string,
  name: ServiceName,
  visit: (page: Page) => Promise<unknown>,
])[] = [
  ["home", "customer", (page) => open(page, "customer", "/")],
  ["customers' list", "customer", (page) => open(page, "customer", "/suppliers")],
  ["employees' list", "employee", (page) => open(page, "employee", "/admin/suppliers")],
  ["fruitless search", "customer", (page) => open(page, "customer", "/suppliers?search=zzz")],
  ["missing page", "customer", (page) => open(page, "customer", "/nothing")],
  [
    "form with errors",
    "employee",
    async (page) => {
      await open(page, "employee", "/admin/supplier-add");
      await skipBrowserChecks(page);
      await submit(page);
    },
  ],
  [
    "conflict",
    "employee",
    async (page) => {
      await openForm(page);
      await page.locator("form.supplier [name=version]").evaluate((input: { value: string }) => {
        input.value = "another";
      });
      await fillForm(page, { city: "Elsewhere" });
      await submit(page);
      expect(await page.locator(".stored").count()).toBe(1);
    },
  ],
  [
    "confirmation",
    "employee",
    async (page) => {
      await openForm(page);
      await page.getByRole("button", { name: "Delete this supplier" }).click();
    },
  ],
];

/** The width of a desktop screen, and the narrowest that a page must fit (WCAG 1.4.10). */
const widths = [1280, 320];
const schemes = ["light", "dark"] as const;
/** Colours in transition have no contrast to measure. */
const still = { reducedMotion: "reduce" } as const;

describe("no barrier is found in", () => {
  it.each(pages)("the %s, at any width and in any colour scheme", async (_, name, visit) => {
    const page = await services.visit(name, still);
    await visit(page);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        expect({ width, colorScheme, found: await findBarriers(page) }).toEqual({
          width,
          colorScheme,
          found: [],
        });
      }
    }
  });

  it("the error page of the list without a database", async () => {
    await services.testDatabase.takeDown();
    const page = await services.visit("customer", still);
    const response = await open(page, "customer", "/suppliers");
    expect(response?.status()).toBe(503);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(
      "The suppliers cannot be reached",
    );
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      expect(await findBarriers(page)).toEqual([]);
    }
    await services.testDatabase.bringUp();
    // Waits until the service has noticed.
    await expect.poll(async () => (await page.reload())?.status()).toBe(200);
  });

  it("the light bar that employees get in the last phase of the course", async () => {
    const page = await services.visit("employee", still);
    await open(page, "employee", "/admin/suppliers");
    const background = () =>
      page.evaluate("getComputedStyle(document.querySelector('header')).backgroundColor");
    const setBar = (classes: string) =>
      page.evaluate(`document.querySelector('header').className = 'navbar ${classes}'`);
    await setBar("navbar-dark bg-dark");
    const dark = await background();
    await setBar("navbar-light bg-light");
    expect(await background()).not.toBe(dark);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      expect(await findBarriers(page)).toEqual([]);
    }
  });
});

/** Returns axe's findings as one line each. */
async function findBarriers(page: Page): Promise<string[]> {
  if (await page.evaluate("!globalThis.axe")) await page.evaluate(axe.source);
  const results = await page.evaluate<AxeResults>(`axe.run({ rules: { "target-size": { enabled: true } } })`);
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html}: ${node.failureSummary}`),
  );
}

describe("without a mouse", () => {
  const focused = (page: Page) => page.evaluate("document.activeElement.textContent.trim()");

  it("the first key skips the bar and moves to the content", async () => {
    const page = await services.visit("customer");
    await open(page, "customer", "/suppliers");
    await page.keyboard.press("Tab");
    await expect.poll(() => focused(page)).toBe("Skip to the content");
    expect(await page.getByText("Skip to the content").boundingBox()).toMatchObject({
      x: expect.closeTo(8, 0),
    });
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("by");
  });

  it("the focus moves in reading order, and is always visible", async () => {
    const page = await services.visit("employee");
    await open(page, "employee", "/admin/supplier-add");
    const expected = [
      ...[
        "Skip to the content",
        employees.brand.en,
        ...employees.links.map(({ label }) => label.en),
        "Français",
      ],
      ...["name", "address", "city", "state", "email", "phone", "Submit", "Cancel"],
    ];
    const order: unknown[] = [];
    while (order.length < expected.length) {
      await page.keyboard.press("Tab");
      order.push(
        await page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"),
      );
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    }
    expect(order).toEqual(expected);
  });

  it("every field describes its problem", async () => {
    const page = await services.visit("employee");
    await open(page, "employee", "/admin/supplier-add");
    await skipBrowserChecks(page);
    await fillForm(page, { name: "Alta", email: "nobody" });
    await submit(page);
    expect(await page.getByRole("alert").textContent()).toContain("Please correct");
    const field = await spoken(
      page,
      (node) => node.role?.value === "textbox" && node.name?.value === "Email",
    );
    expect(field?.description?.value).toBe("Email must be an email address, such as orders@example.com");
    expect(field?.properties).toContainEqual({ name: "invalid", value: { type: "token", value: "true" } });
  });

  it("a table keeps its role when it is shown as cards", async () => {
    const page = await services.visit("employee");
    await page.setViewportSize({ width: 320, height: 800 });
    await open(page, "employee", "/admin/suppliers");
    expect(await page.getByRole("table").getByRole("row").count()).toBe(pageSize + 1);
    expect(await page.getByRole("columnheader", { name: "City" }).count()).toBe(1);
    for (const role of ["table", "row", "columnheader", "cell"])
      expect([role, (await spoken(page, (node) => node.role?.value === role)) !== undefined]).toEqual([
        role,
        true,
      ]);
  });
});

type SpokenNode = Awaited<ReturnType<typeof readSpokenTree>>[number];

/** Returns the accessibility tree for screen readers, as computed by the browser. */
async function readSpokenTree(page: Page) {
  const session = await page.context().newCDPSession(page);
  return (await session.send("Accessibility.getFullAXTree")).nodes;
}

const spoken = async (page: Page, matches: (node: SpokenNode) => boolean) =>
  (await readSpokenTree(page)).find(matches);
