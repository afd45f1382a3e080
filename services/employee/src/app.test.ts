import { mostCounted, type SupplierPage } from "@ecs-delivery/suppliers/domain/supplier-page";
import { createSuppliersInMemory } from "@ecs-delivery/suppliers/domain/suppliers-in-memory.support";
import { partsForTests, shownOf } from "@ecs-delivery/suppliers/parts.support";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp, site } from "./app.ts";

const database = createSuppliersInMemory();
const app = createApp(partsForTests(database));
beforeEach(database.clear);
const obrien = {
  name: "O'Brien",
  address: '1 "Quay" Road',
  city: "Cork",
  state: "IE",
  email: "ob@example.com",
  phone: "+353 21 555",
};

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  app.request(path, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { host: "localhost", ...headers },
  });

async function add(): Promise<string> {
  await post("/admin/supplier-add", obrien);
  return String((await stored())[0]?.id);
}

const stored = async () => (await database.suppliers.readPage({})).suppliers;
const rows = async () => (await stored()).map(({ id, ...fields }) => fields);

describe("the employees' pages", () => {
  it("begin at the list, under the title of the lab", async () => {
    for (const path of ["/admin", "/admin/"]) {
      const response = await app.request(path);
      expect([response.status, response.headers.get("Location")]).toEqual([302, "/admin/suppliers"]);
    }
    const text = await (await app.request("/admin/suppliers")).text();
    for (const part of [...shownOf(site, "/admin/suppliers"), 'href="/admin/supplier-add"'])
      expect(text).toContain(part);
    const targets = site.links.map(({ href }) => href);
    expect(targets).toEqual(expect.arrayContaining(["/admin/suppliers", "/"]));
  });

  it("load nothing from outside /admin", async () => {
    const text = await (await app.request("/admin/suppliers")).text();
    const loaded = [...text.matchAll(/<(?:link|script|img)[^>]*(?:href|src)="([^"]+)"/g)].map(
      (match) => match[1],
    );
    expect(loaded).toEqual([
      "/admin/assets/icon.svg",
      expect.stringMatching(/^\/admin\/assets\/style\.css\?v=\w+$/),
    ]);
    for (const path of loaded) expect((await app.request(path as string)).status).toBe(200);
    const style = await app.request(loaded[1] as string);
    expect(style.headers.get("Cache-Control")).toContain("immutable");
    // A page of another release requests this while both are running.
    const other = await app.request("/admin/assets/style.css?v=other");
    expect(other.headers.get("Cache-Control")).not.toContain("immutable");
  });

  it("add a supplier and show it, escaped once, with its edit badge", async () => {
    const response = await post("/admin/supplier-add", obrien);
    expect([response.status, response.headers.get("Location")]).toEqual([302, "/admin/suppliers"]);
    const text = await (await app.request("/admin/suppliers")).text();
    expect(text).toContain(">O&#39;Brien</td>");
    expect(text).toMatch(/href="\/admin\/supplier-update\/\d+" aria-label="Edit O&#39;Brien">Edit</);
  });

  it("confirm a change on the next page, once", async () => {
    const changes = [
      [await post("/admin/supplier-add", obrien), "The supplier has been added."],
      [
        await post("/admin/supplier-update", { ...obrien, id: String((await stored())[0]?.id) }),
        "The supplier has been changed.",
      ],
      [await post(`/admin/supplier-remove/${(await stored())[0]?.id}`, {}), "The supplier has been deleted."],
    ] as const;
    for (const [{ headers }, sentence] of changes) {
      const cookie = headers.get("Set-Cookie")?.split(";")[0] ?? "";
      const list = await app.request("/admin/suppliers", { headers: { cookie } });
      expect(await list.text()).toContain(`role="status">${sentence}<`);
      expect(list.headers.get("Set-Cookie")).toContain("Max-Age=0");
    }
    const without = await (await app.request("/admin/suppliers")).text();
    expect(without).not.toContain('role="status"');
    const forged = await app.request("/admin/suppliers", { headers: { cookie: "done=<b>" } });
    expect(await forged.text()).not.toContain('role="status"');
  });

  it("offer to add the first supplier, state the release, and describe themselves", async () => {
    const text = await (await app.request("/admin/suppliers")).text();
    expect(text).toMatch(/class="empty">.*No suppliers yet.*href="\/admin\/supplier-add"/s);
    expect(text).toContain("<footer>employee 1.0.0</footer>");
    expect(text).toMatch(/<meta name="description" content="\w/);
  });

  it("sort by the columns that have an index, in both orders, and state the range", async () => {
    const cities = ["Lima", "Cork", "Oslo"];
    for (const [index, city] of cities.entries())
      await post("/admin/supplier-add", { ...obrien, city, name: `No. ${index}` });
    const read = async (query: string) => (await app.request(`/admin/suppliers${query}`)).text();
    const order = (text: string) =>
      cities.toSorted((a, b) => text.indexOf(`>${a}<`) - text.indexOf(`>${b}<`));
    const byCity = await read("?sort=city");
    expect(order(byCity)).toEqual(["Cork", "Lima", "Oslo"]);
    expect(byCity).toMatch(/aria-sort="ascending"><a href="\/admin\/suppliers\?sort=-city">City/);
    expect(order(await read("?sort=-city"))).toEqual(["Oslo", "Lima", "Cork"]);
    expect(byCity).toContain('<p class="range">1–3 of 3</p>');
    expect((await app.request("/admin/suppliers?sort=phone")).status).toBe(400);
  });

  it.each<[Partial<SupplierPage>, string | undefined]>([
    [{ first: 21, total: 21 }, "21–21 of 21"],
    [{ first: 1 }, `1–1 of more than ${mostCounted}`],
    [{ first: mostCounted + 1 }, "201–201 of more than 201"],
    [{ total: 21 }, undefined],
  ])("state of a page at %j the range %s", async (found, range) => {
    const readPage = async () => ({ suppliers: [{ ...obrien, id: 1 }], ...found });
    const other = createApp(partsForTests({ ...database, suppliers: { ...database.suppliers, readPage } }));
    const text = await (await other.request("/admin/suppliers")).text();
    expect(/class="range">(.*)</.exec(text)?.[1]).toBe(range);
  });

  it("are never older than their request", async () => {
    await add();
    const response = await app.request("/admin/suppliers");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.text()).toContain("Cork");
    await post("/admin/supplier-update", { ...obrien, id: String((await stored())[0]?.id), city: "Dublin" });
    expect(await (await app.request("/admin/suppliers")).text()).toContain("Dublin");
  });

  it("show both values after concurrent edits of a supplier, and ask the second user", async () => {
    const id = await add();
    const versionOf = (page: string) => /name="version" value="(\w+)"/.exec(page)?.[1] ?? "";
    const version = versionOf(await (await app.request(`/admin/supplier-update/${id}`)).text());
    await post("/admin/supplier-update", { ...obrien, id, version, city: "Dublin" });

    const late = await post("/admin/supplier-update", { ...obrien, id, version, city: "Galway" });
    expect(late.status).toBe(409);
    const page = await late.text();
    expect(page).toContain("Somebody else changed this supplier in the meantime");
    expect(page).toContain('value="Galway"');
    expect(page).toContain("Stored now: Dublin");
    expect((await post(`/admin/supplier-remove/${id}`, { version })).status).toBe(409);
    expect(await rows()).toEqual([{ ...obrien, city: "Dublin" }]);

    await post("/admin/supplier-update", { ...obrien, id, version: versionOf(page), city: "Galway" });
    expect(await rows()).toEqual([{ ...obrien, city: "Galway" }]);
  });

  it.each(["add", "update"])("keep the input when the form to %s is not valid", async (verb) => {
    const id = await add();
    const response = await post(`/admin/supplier-${verb}`, {
      ...obrien,
      id,
      name: "D'Arcy",
      phone: "call me",
    });
    expect(response.status).toBe(422);
    const text = await response.text();
    expect(text).toContain('value="D&#39;Arcy"');
    expect(text).toContain("Phone must be a phone number");
    expect(await rows()).toEqual([obrien]);
  });
});

describe("requests refused by the employees' pages", () => {
  it.each([
    ["/", "GET"],
    ["/suppliers", "GET"],
    ["/admin/nothing", "GET"],
    ["/admin/supplier-update/2147483647", "GET"],
    ["/admin/supplier-update/1%20OR%201=1", "GET"],
    ["/admin/supplier-remove/1%20OR%201=1", "POST"],
    ["/admin/supplier-remove/0;DROP%20TABLE%20suppliers", "POST"],
  ])("%s by %s does not exist", async (path, method) => {
    await add();
    const response = await app.request(path, { method });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("Sorry, we don&#39;t seem to have that page in stock");
    expect(await rows()).toEqual([obrien]);
  });

  it("SQL in a value is a value", async () => {
    const name = "x'); DELETE FROM suppliers; -- \\";
    await post("/admin/supplier-add", { ...obrien, name });
    const [added] = await stored();
    await post("/admin/supplier-update", { ...obrien, id: `${added?.id} OR 1=1`, name: "changed" });
    expect(await rows()).toEqual([{ ...obrien, name }]);
  });

  it.each([
    [{ origin: "http://evil.example", "sec-fetch-site": "cross-site" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "http://localhost", "sec-fetch-site": "same-origin" }, 302],
    [{ origin: "https://localhost" }, 302],
    [{}, 302],
  ])("a form with %j gets %i", async (headers, status) => {
    expect((await post("/admin/supplier-add", obrien, headers as Record<string, string>)).status).toBe(
      status,
    );
    expect(await rows()).toHaveLength(status === 302 ? 1 : 0);
  });

  it("a body that is not a form, or too large", async () => {
    const headers = { "content-type": "multipart/form-data" };
    expect((await app.request("/admin/supplier-add", { method: "POST", body: "x", headers })).status).toBe(
      400,
    );
    expect((await post("/admin/supplier-add", { ...obrien, name: "x".repeat(100_000) })).status).toBe(413);
  });
});

describe("with the database down", () => {
  it("the health check's page and writes get 503 until it is back", async () => {
    database.takeDown();
    expect((await app.request("/admin/suppliers")).status).toBe(503);
    expect((await post("/admin/supplier-add", obrien)).status).toBe(503);
    expect((await app.request("/admin/health")).status).toBe(200);
    database.bringUp();
    expect((await app.request("/admin/suppliers")).status).toBe(200);
  });
});
