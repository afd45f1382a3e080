import { randomUUID } from "node:crypto";
import type { Lab } from "../lab.ts";
import { type Target, targetsOf } from "../site-pages.ts";

/** Valid in the course's form. The name begins so that it is on the first page of a sorted list. */
const fieldsOf = (name: string) => ({
  ...{ name, address: "1 Check Street", city: "Checkville", state: "WA" },
  ...{ email: "check-lab@example.com", phone: "+12065550100" },
});

/**
 * Adds, changes and deletes one supplier through the employees' list at this address, and reads the customers' list
 * between. Returns what went wrong. It changes and deletes only the row with its own name, and deletes that whatever
 * happens before.
 */
export async function tryWriting(lab: Lab, list: string, add: Target | undefined): Promise<string[]> {
  if (!add) return ["the page that adds a supplier has no form"];
  const name = `0 check-lab ${randomUUID().slice(0, 8)}`;
  const changed = `${name} changed`;
  const problems: string[] = [];
  try {
    problems.push(...(await post(lab, add, fieldsOf(name))));
    problems.push(...(await expectAtCustomers(lab, name, name)));
    const edit = await formOf(lab, list, name, "supplier-update");
    if (edit) problems.push(...(await post(lab, edit, fieldsOf(changed))));
    else problems.push(`${list} does not lead to a form that changes the added supplier`);
    if (edit) problems.push(...(await expectAtCustomers(lab, changed, changed)));
  } catch (error) {
    problems.push((error as Error).message);
  }
  return [...problems, ...(await remove(lab, list, name))];
}

async function remove(lab: Lab, list: string, name: string): Promise<string[]> {
  const left = `the supplier "${name}" is left over: delete it`;
  try {
    if ((await linkOf(lab, list, name)) === undefined) return [];
    const form = await formOf(lab, list, name, "supplier-remove");
    if (!form) return [`${list} does not lead to a form that deletes the added supplier; ${left}`];
    const problems = await post(lab, form, {});
    if ((await linkOf(lab, list, name)) !== undefined) return [...problems, left];
    const { page, row } = await searchCustomers(lab, name.slice(0, -1), name);
    return row === undefined ? problems : [...problems, `${page.address} still lists the deleted supplier`];
  } catch (error) {
    return [`${(error as Error).message}; ${left}`];
  }
}

async function post({ readPage }: Lab, { url, hidden }: Target, fields: Record<string, string>) {
  const { status, location, problem } = await readPage(url.href, {
    method: "POST",
    form: { ...hidden, ...fields },
  });
  const path = location === undefined ? undefined : new URL(location).pathname;
  if (path?.startsWith("/admin")) return [];
  const result =
    path === undefined ? (problem ?? `returns ${status}`) : `redirects to ${path}, not /admin/suppliers`;
  return [`POST ${url.href} ${result}`];
}

const rowWith = (text: string, name: string) =>
  text
    .split(/<(?:tr|li)\b/i)
    .slice(1)
    .find((row) => row.includes(name));

/** Our own list has pages and a cache, which a search goes around; the course's ignores it. */
async function searchCustomers({ readPage, siteAddress }: Lab, search: string, name: string) {
  const query = new URLSearchParams({ by: "name", search });
  const page = await readPage(`${await siteAddress("production")}/suppliers?${query}`, { method: "GET" });
  return { page, row: rowWith(page.text, name) };
}

async function expectAtCustomers(lab: Lab, search: string, name: string): Promise<string[]> {
  const { page, row } = await searchCustomers(lab, search, name);
  return row === undefined ? [`${page.address} does not list the supplier that the employee page saved`] : [];
}

/** The link that edits this row; empty if the row has none, undefined without the row. */
async function linkOf({ readPage }: Lab, list: string, name: string): Promise<string | undefined> {
  const { address, text } = await readPage(list, { method: "GET" });
  const row = rowWith(text, name);
  const links = row === undefined ? [] : targetsOf({ address, text: `<${row}` });
  return row && (links.find(({ url }) => /supplier-update/.test(url.pathname))?.url.href ?? "");
}

/** A form of the page that edits the row, if that page has the row's name. */
async function formOf(lab: Lab, list: string, name: string, path: string): Promise<Target | undefined> {
  const link = await linkOf(lab, list, name);
  if (!link) return undefined;
  const page = await lab.readPage(link, { method: "GET" });
  if (!page.text.includes(name)) return undefined;
  return targetsOf(page).find(({ kind, url }) => kind === "posts to" && url.pathname.includes(path));
}
