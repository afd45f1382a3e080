import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { inventSupplier } from "../domain/invented-suppliers.ts";
import { pageSize } from "../domain/supplier-page.ts";
import { type BrowsedServices, openBrowsedServices, sites } from "./support/browsed-services.ts";
import { namesOf, search } from "./support/supplier-list-page.ts";

/** Two full pages and one that is not full; more than a page of them is in one state. */
const suppliers = Array.from({ length: 2 * pageSize + 5 }, (_, number) => ({
  ...inventSupplier(number),
  ...(number < pageSize + 5 ? { state: "Île-de-France" } : {}),
}));
const names = suppliers.map(({ name }) => name).sort();

let services: BrowsedServices;
beforeAll(async () => {
  services = await openBrowsedServices(["customer", "employee", "monolith"]);
  await services.replaceSuppliers(suppliers);
});
afterAll(() => services?.close());
afterEach(async () => expect(await services.leave()).toEqual([]));

// The monolith serves the same pages; its own tests read them.
describe.each(["customer", "employee"] as const)("a reader of the list of %s", (name) => {
  const { basePath, list } = sites[name];
  const url = (path: string) => services.url(name, path);

  it("pages forwards and backwards", async () => {
    const page = await services.visit(name);
    const turn = (link: string) => page.getByRole("link", { name: link, exact: true }).click();
    const part = (number: number) => names.slice(number * pageSize, (number + 1) * pageSize);
    await page.goto(url(list));
    expect(await namesOf(page)).toEqual(part(0));
    await turn("Next");
    expect(await namesOf(page)).toEqual(part(1));
    await turn("Next");
    expect(await namesOf(page)).toEqual(part(2));
    expect(await page.getByRole("link", { name: "Next" }).count()).toBe(0);
    await turn("Previous");
    expect(await namesOf(page)).toEqual(part(1));
    await page.goBack();
    expect(await namesOf(page)).toEqual(part(2));
    await turn("First");
    expect(page.url()).toBe(url(list));
    expect(await namesOf(page)).toEqual(part(0));
    expect(await page.getByRole("link", { name: "Previous" }).count()).toBe(0);
  });

  it("can share the link of a page", async () => {
    const page = await services.visit(name);
    await page.goto(url(list));
    await page.getByRole("link", { name: "Next" }).click();
    const other = await services.visit(name, { locale: "fr-FR" });
    await other.goto(page.url());
    expect(await namesOf(other)).toEqual(names.slice(pageSize, 2 * pageSize));
    expect(await other.getByRole("heading", { level: 1 }).textContent()).toBe("Tous les fournisseurs");
  });

  it("finds suppliers by the beginning of a field, whatever its case and accents", async () => {
    const page = await services.visit(name);
    const found = suppliers.filter(({ city }) => city === "Tarrazú").map((one) => one.name);
    await page.goto(url(list));
    await search(page, "city", "tarRAZU");
    expect([...(await namesOf(page))].sort()).toEqual(found.sort());
    expect(await page.getByLabel("Search by").inputValue()).toBe("city");
    expect(await page.getByLabel("Begins with").inputValue()).toBe("tarRAZU");
    await search(page, "city", "Zzz");
    expect(await page.locator(".empty").textContent()).toBe("No supplier has a city that begins with “Zzz”.");
    await page.getByRole("link", { name: "Show all" }).click();
    expect(await namesOf(page)).toEqual(names.slice(0, pageSize));
  });

  it("pages through the results of a search", async () => {
    const page = await services.visit(name);
    await page.goto(url(list));
    await search(page, "state", "ile");
    const found = await namesOf(page);
    await page.getByRole("link", { name: "Next" }).click();
    found.push(...(await namesOf(page)));
    const expected = suppliers.filter(({ state }) => state === "Île-de-France").map(({ name }) => name);
    expect(found).toEqual(expected.sort());
    expect(await page.getByLabel("Begins with").inputValue()).toBe("ile");
  });

  it("switches the language on any page, and for the other services of the host", async () => {
    const page = await services.visit(name);
    await page.goto(url(list));
    await page.getByRole("link", { name: "Next" }).click();
    const before = page.url();
    await page.getByRole("link", { name: "Français" }).click();
    expect(page.url()).toBe(before);
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    expect(await page.getByRole("link", { name: "Suivante" }).isVisible()).toBe(true);

    const other = name === "employee" ? "customer" : "monolith";
    const second = await page.context().newPage();
    await second.goto(services.url(other, sites[other].list));
    expect(await second.getByRole("heading", { level: 1 }).textContent()).toBe("Tous les fournisseurs");
    await second.getByRole("link", { name: "English" }).click();
    await page.reload();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
  });

  it("gets the page for missing addresses in their own language", async () => {
    const page = await services.visit(name, { locale: "fr-CA" });
    const response = await page.goto(url(`${basePath}/nothing`));
    expect(response?.status()).toBe(404);
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(
      "Désolé, nous n’avons pas cette page en stock",
    );
    await page.getByRole("main").getByRole("link").click();
    expect(page.url()).toBe(url(list));
  });
});

describe("a customer", () => {
  it("gets from the home page to the list", async () => {
    const page = await services.visit("customer");
    await page.goto(services.url("customer", "/"));
    await page.getByRole("link", { name: "List of suppliers" }).click();
    expect(page.url()).toBe(services.url("customer", "/suppliers"));
    await page.locator('header li a[href="/"]').click();
    await search(page, "name", names[0] ?? "");
    expect(await namesOf(page)).toEqual([names[0]]);
  });

  it("finds no form to write with, and no link to the employees", async () => {
    const page = await services.visit("customer");
    await page.goto(services.url("customer", "/suppliers"));
    expect(await page.locator("form[method=post]").count()).toBe(0);
    const links = await page
      .locator("main a")
      .evaluateAll((all) => all.map(({ pathname }: { pathname: string }) => pathname));
    expect(new Set(links)).toEqual(new Set(["/suppliers"]));
  });
});
