import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SupplierFields } from "../domain/supplier.ts";
import { type BrowsedServices, openBrowsedServices, sites } from "./support/browsed-services.ts";
import { fieldOf, fillForm, skipBrowserChecks, submit } from "./support/supplier-form-page.ts";
import { rowsOf, search } from "./support/supplier-list-page.ts";

/** Attacks on the context of a text, for each kind of attribute and element with raw text, in one value. */
const script = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `'><svg/onload=alert(1)>`,
  `" autofocus onfocus="alert(1)`,
  `</title></textarea></style><script>alert(1)</script>`,
  `&lt;script&gt;`,
].join("");

const statements = [
  `x'); DELETE FROM suppliers; --`,
  `' OR '1'='1`,
  `" OR 1=1 #`,
  `\\'; DROP TABLE suppliers; --`,
  `%_\\`,
  `1 UNION SELECT user, password FROM mysql.user`,
];

const contact = { email: "orders@example.com", phone: "+1 206 555 0100" };
const inEveryField = (text: string): SupplierFields => ({
  ...{ name: text, address: text, city: text, state: text },
  ...contact,
});
const hostile: readonly SupplierFields[] = [
  inEveryField(script),
  ...[0, 2].map((first) => {
    const [name = "", address = "", city = "", state = ""] = statements.slice(first);
    return { name, address, city, state, ...contact };
  }),
];

let services: BrowsedServices;
beforeAll(async () => {
  services = await openBrowsedServices(["customer", "employee"]);
});
afterAll(() => services?.close());
beforeEach(() => services.replaceSuppliers([]));
// A script that ran opens a dialog.
afterEach(async () => expect(await services.leave()).toEqual([]));

/** Turns off the policy, which would hide that a visitor's script had become part of a page. */
const unprotected = { bypassCSP: true };
const foreignMarkup =
  "script, img, svg, iframe, object, style, [onerror], [onload], [onfocus], [href^=javascript]";

describe("input of visitors in the forms of employee", () => {
  const name = "employee";
  const { basePath, list } = sites[name];

  it("is shown as text everywhere", async () => {
    const page = await services.visit(name, unprotected);
    for (const supplier of hostile) {
      await page.goto(services.url(name, `${basePath}/supplier-add`));
      await fillForm(page, supplier);
      await submit(page);
      await page.waitForURL(services.url(name, list));
      expect(await rowsOf(page)).toContainEqual([...Object.values(supplier), "Edit"]);
      expect(await page.locator(foreignMarkup).count()).toBe(0);
    }
    for (const { id, ...supplier } of await services.stored()) {
      await page.goto(services.url(name, `${basePath}/supplier-update/${id}`));
      expect(await fieldOf(page, "name").inputValue()).toBe(supplier.name);
      expect(await page.getByText(`Delete ${supplier.name}?`).count()).toBe(1);
      expect(await page.locator(foreignMarkup).count()).toBe(0);
      await submit(page);
    }
    expect((await services.stored()).map(({ id, ...fields }) => fields)).toEqual(hostile);
  });

  it("is shown as text next to a field that refuses it, and in a conflict", async () => {
    const page = await services.visit(name, unprotected);
    await page.goto(services.url(name, `${basePath}/supplier-add`));
    await skipBrowserChecks(page);
    await fillForm(page, { ...inEveryField(script), email: script, phone: script });
    await submit(page);
    expect(await page.locator(".error").count()).toBe(2);
    expect(await fieldOf(page, "email").inputValue()).toBe(script);
    expect(await page.locator(foreignMarkup).count()).toBe(0);

    await services.replaceSuppliers([inEveryField(script)]);
    const [stored] = await services.stored();
    await page.goto(services.url(name, `${basePath}/supplier-update/${stored?.id}`));
    await setHidden(page, "version", script);
    await fillForm(page, { city: "Cork" });
    await submit(page);
    expect(await page.locator(".stored").textContent()).toBe(`Stored now: ${script}`);
    expect(await page.locator(foreignMarkup).count()).toBe(0);
  });

  it("cannot select another supplier except by its number", async () => {
    await services.replaceSuppliers([inEveryField("one"), inEveryField("two")]);
    const before = await services.stored();
    const page = await services.visit(name);
    for (const id of [`${before[0]?.id} OR 1=1`, "1; DROP TABLE suppliers", "0x1", "-1", "1e3", "<script>"]) {
      await page.goto(services.url(name, `${basePath}/supplier-update/${before[0]?.id}`));
      await setHidden(page, "id", id);
      await submit(page);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toMatch(/in stock$/);
    }
    expect(await services.stored()).toEqual(before);
  });
});

describe.each(["customer", "employee"] as const)("input of visitors in addresses of %s", (name) => {
  const { basePath, list } = sites[name];

  it("is shown as text in the search", async () => {
    const page = await services.visit(name, unprotected);
    await page.goto(services.url(name, list));
    for (const text of [script, ...statements]) {
      await search(page, "city", text);
      expect(await page.locator(".empty").textContent()).toBe(
        `No supplier has a city that begins with “${text}”.`,
      );
      expect(await page.getByLabel("Begins with").inputValue()).toBe(text);
      expect(await page.locator(foreignMarkup).count()).toBe(0);
    }
  });

  it("is not inserted into a page through any other parameter, nor through the path", async () => {
    const page = await services.visit(name, unprotected);
    const encoded = encodeURIComponent(script);
    const position = Buffer.from(JSON.stringify([script, script, 1])).toString("base64url");
    for (const address of [
      `${list}?lang=${encoded}`,
      `${list}?after=${encoded}`,
      `${list}?after=${position}`,
      `${list}?by=${encoded}&search=a`,
      `${list}?${encoded}=${encoded}`,
      `${basePath}/${encoded}`,
    ]) {
      await page.goto(services.url(name, address));
      expect([address, await page.locator(foreignMarkup).count()]).toEqual([address, 0]);
    }
  });
});

it("an address that begins with another host stays on this one", async () => {
  const page = await services.visit("customer");
  const { origin } = new URL(services.url("customer", "/"));
  await page.goto(`${origin}//evil.example/suppliers`);
  const links = await page
    .locator("a")
    .evaluateAll((all) => all.map((link: { origin: string }) => link.origin));
  expect(new Set(links)).toEqual(new Set([origin]));
  await page.getByRole("link", { name: "Français" }).click();
  expect(new URL(page.url()).origin).toBe(origin);
});

const setHidden = (page: Page, name: string, value: string) =>
  page.locator(`form.supplier [name=${name}]`).evaluate((input: { value: string }, text) => {
    input.value = text;
  }, value);
