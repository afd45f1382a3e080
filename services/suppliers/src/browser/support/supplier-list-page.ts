import type { Page } from "playwright-core";
import { waitUntilParsed } from "./watched-page.ts";

/** The rows of the list, each a list of its cells. */
export async function rowsOf(page: Page): Promise<string[][]> {
  await waitUntilParsed(page);
  return page
    .locator("table.suppliers tbody tr")
    .evaluateAll((rows) =>
      rows.map((row: { cells: Iterable<{ textContent: string }> }) =>
        [...row.cells].map(({ textContent }) => textContent),
      ),
    );
}

/** The names in the list, in its order. */
export const namesOf = async (page: Page): Promise<(string | undefined)[]> =>
  (await rowsOf(page)).map(([name]) => name);

/** Searches through the form. */
export async function search(page: Page, by: string, text: string): Promise<void> {
  await page.getByLabel("Search by").selectOption(by);
  await page.getByLabel("Begins with").fill(text);
  await page.getByRole("button", { name: "Search" }).click();
  await waitUntilParsed(page);
}
