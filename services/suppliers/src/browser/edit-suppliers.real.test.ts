import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FieldName, SupplierFields } from "../domain/supplier.ts";
import { type BrowsedServices, openBrowsedServices, sites } from "./support/browsed-services.ts";
import { fieldOf, fillForm, skipBrowserChecks, submit } from "./support/supplier-form-page.ts";
import { rowsOf } from "./support/supplier-list-page.ts";

const obrien: SupplierFields = {
  name: "O'Brien & <Sons>",
  address: '1 "Quay" Road',
  city: "Cork",
  state: "Munster",
  email: "ob@example.com",
  phone: "+353 21 555",
};

let services: BrowsedServices;
beforeAll(async () => {
  services = await openBrowsedServices(["employee"]);
});
afterAll(() => services?.close());
beforeEach(() => services.replaceSuppliers([]));
afterEach(async () => expect(await services.leave()).toEqual([]));

// The monolith has the same forms; its own tests write through them.
describe("a user who edits suppliers with employee", () => {
  const name = "employee";
  const { basePath, list } = sites[name];
  const fields = async () => (await services.stored()).map(({ id, ...rest }) => rest);

  async function visitList(): Promise<Page> {
    const page = await services.visit(name);
    await page.goto(services.url(name, list));
    return page;
  }

  async function visitObrien(): Promise<Page> {
    if ((await services.stored()).length === 0) await services.replaceSuppliers([obrien]);
    const page = await visitList();
    await page.getByRole("link", { name: `edit ${obrien.name}` }).click();
    return page;
  }

  const isOnList = (page: Page) => page.waitForURL(services.url(name, list));
  const title = (page: Page) => page.getByRole("heading", { level: 1 }).textContent();

  it("adds one, and sees it as typed", async () => {
    const page = await visitList();
    expect(await page.locator(".empty p").textContent()).toBe("No suppliers yet.");
    await page.getByRole("link", { name: "Add a new supplier" }).click();
    await fillForm(page, obrien);
    await submit(page);
    await isOnList(page);
    expect(await page.getByRole("status").textContent()).toBe("The supplier has been added.");
    expect(await rowsOf(page)).toEqual([[...Object.values(obrien), "Edit"]]);
    expect(await fields()).toEqual([obrien]);
  });

  it("changes one", async () => {
    const page = await visitObrien();
    for (const [field, value] of Object.entries(obrien))
      expect(await fieldOf(page, field as FieldName).inputValue()).toBe(value);
    await fillForm(page, { city: "Zürich 珈琲" });
    await submit(page);
    await isOnList(page);
    expect(await fields()).toEqual([{ ...obrien, city: "Zürich 珈琲" }]);
  });

  it("leaves the form without a change", async () => {
    const page = await visitObrien();
    await fillForm(page, { city: "Elsewhere" });
    await page.getByRole("link", { name: "Cancel" }).click();
    await isOnList(page);
    expect(await fields()).toEqual([obrien]);
  });

  it.each(["supplier-add", "supplier-update"])(
    "keeps the form of %s and reads a sentence next to each wrong field",
    async (form) => {
      await services.replaceSuppliers([obrien]);
      const [stored] = await services.stored();
      const page = await services.visit(name);
      const path = form === "supplier-add" ? form : `${form}/${stored?.id}`;
      await page.goto(services.url(name, `${basePath}/${path}`));
      const typed = {
        ...{ name: "D'Arcy", address: " ", city: "x".repeat(256), state: "Ulster" },
        ...{ email: "nobody", phone: "call me" },
      };
      await skipBrowserChecks(page);
      await fillForm(page, typed);
      await submit(page);
      expect(await page.getByRole("alert").textContent()).toContain("Nothing has been saved.");
      const sentences = {
        address: "Address is required",
        city: "City must not be longer than 255 characters",
        email: "Email must be an email address, such as orders@example.com",
        phone: "Phone must be a phone number, such as +1 206 555 0100",
      };
      expect(await page.locator(".error").allTextContents()).toEqual(Object.values(sentences));
      for (const [field, value] of Object.entries(typed)) {
        const input = fieldOf(page, field as FieldName);
        expect(await input.inputValue()).toBe(value);
        const sentence = sentences[field as keyof typeof sentences];
        if (!sentence) expect(await input.getAttribute("aria-invalid")).toBeNull();
        else
          expect(await page.locator(`#${await input.getAttribute("aria-describedby")}`).textContent()).toBe(
            sentence,
          );
      }
      // A browser moves the focus only after it has drawn the page.
      await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("address");
      expect(await fields()).toEqual([obrien]);

      await fillForm(page, obrien);
      await submit(page);
      await isOnList(page);
      expect(await fields()).toEqual(form === "supplier-add" ? [obrien, obrien] : [obrien]);
    },
  );

  it("gets a message before the browser sends an empty form", async () => {
    const page = await visitList();
    await page.getByRole("link", { name: "Add a new supplier" }).click();
    await submit(page);
    await expect
      .poll(() => page.evaluate("document.activeElement.matches(':invalid') && document.activeElement.id"))
      .toBe("name");
    expect(await fields()).toEqual([]);
  });

  it("sees both values when a colleague was faster, and may still replace them", async () => {
    const [first, second] = [await visitObrien(), await visitObrien()];
    await fillForm(first, { city: "Dublin", phone: "+353 1 555" });
    await submit(first);
    await isOnList(first);

    await fillForm(second, { city: "Galway" });
    await submit(second);
    expect(await second.getByRole("alert").textContent()).toContain("Somebody else changed this supplier");
    expect(await fieldOf(second, "city").inputValue()).toBe("Galway");
    expect(await second.locator(".stored").allTextContents()).toEqual([
      "Stored now: Dublin",
      "Stored now: +353 1 555",
    ]);
    await expect.poll(() => second.evaluate("document.activeElement.role")).toBe("alert");
    expect(await fields()).toEqual([{ ...obrien, city: "Dublin", phone: "+353 1 555" }]);

    await submit(second);
    await isOnList(second);
    expect(await fields()).toEqual([{ ...obrien, city: "Galway" }]);
  });

  it("deletes one only after a confirmation", async () => {
    const page = await visitObrien();
    const dialog = page.getByRole("dialog", { name: "Confirm the deletion" });
    await page.getByRole("button", { name: "Delete this supplier" }).click();
    expect(await dialog.textContent()).toContain(`Delete ${obrien.name}? This cannot be undone.`);
    await dialog.getByRole("button", { name: "Keep" }).click();
    await expect.poll(() => dialog.isVisible()).toBe(false);
    expect(await fields()).toEqual([obrien]);

    await page.getByRole("button", { name: "Delete this supplier" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await isOnList(page);
    expect(await fields()).toEqual([]);
  });

  it("does not delete what a colleague has just changed", async () => {
    const [first, second] = [await visitObrien(), await visitObrien()];
    await fillForm(first, { city: "Dublin" });
    await submit(first);
    await isOnList(first);
    await second.getByRole("button", { name: "Delete this supplier" }).click();
    await second.getByRole("button", { name: "Delete", exact: true }).click();
    expect(await second.getByRole("alert").textContent()).toContain("Somebody else changed this supplier");
    expect(await fieldOf(second, "city").inputValue()).toBe("Dublin");
    expect(await fields()).toEqual([{ ...obrien, city: "Dublin" }]);
  });

  it("sees that a supplier is gone", async () => {
    const page = await visitObrien();
    await services.replaceSuppliers([]);
    await submit(page);
    expect(await title(page)).toBe("Sorry, we don't seem to have that page in stock");
    await page.getByRole("link", { name: "List of suppliers" }).click();
    await isOnList(page);
  });

  it("decides with the keyboard alone whether to delete", async () => {
    const page = await visitObrien();
    const focused = () => page.evaluate("document.activeElement.innerText");
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Delete this supplier" }).focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => dialog.isVisible()).toBe(true);
    await expect.poll(focused).toBe("Keep");
    await page.keyboard.press("Escape");
    await expect.poll(() => dialog.isVisible()).toBe(false);
    await expect.poll(focused).toBe("Delete this supplier");

    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await expect.poll(() => dialog.isVisible()).toBe(false);
    await expect.poll(focused).toBe("Delete this supplier");

    await page.keyboard.press("Enter");
    await page.keyboard.press("Shift+Tab");
    await expect.poll(focused).toBe("Delete");
    await page.keyboard.press("Enter");
    await isOnList(page);
    expect(await fields()).toEqual([]);
  });
});
