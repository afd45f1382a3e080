import type { Page } from "playwright-core";
import type { FieldName, SupplierFields } from "../../domain/supplier.ts";
import { waitUntilParsed } from "./watched-page.ts";

/** The English labels of the form's fields. */
const labels: Record<FieldName, string> = {
  name: "Name",
  address: "Address",
  city: "City",
  state: "State",
  email: "Email",
  phone: "Phone",
};

export const fieldOf = (page: Page, name: FieldName) => page.getByLabel(labels[name], { exact: true });

export async function fillForm(page: Page, fields: Partial<SupplierFields>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await fieldOf(page, name as FieldName).fill(value);
}

export async function submit(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Submit" }).click();
  await waitUntilParsed(page);
}

/** Turns off `required`, `type` and `maxlength`, as an old browser or an attacker does. */
export const skipBrowserChecks = (page: Page) =>
  page.locator("form.supplier").evaluate((form: FormElement) => {
    form.noValidate = true;
    for (const input of form.querySelectorAll("input")) {
      input.removeAttribute("maxlength");
      if (input.type === "email") input.type = "text";
    }
  });

interface FormElement {
  noValidate: boolean;
  querySelectorAll(selector: string): Iterable<{ type: string; removeAttribute(name: string): void }>;
}
