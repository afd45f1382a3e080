import { createSuppliersInMemory } from "@ecs-delivery/suppliers/domain/suppliers-in-memory.support";
import { partsForTests, shownOf } from "@ecs-delivery/suppliers/parts.support";
import { html } from "hono/html";
import { describe, expect, it } from "vitest";
import { createApp, site } from "./app.ts";

const app = createApp(partsForTests(createSuppliersInMemory()));

const fields = {
  name: "Bean There",
  address: "1 Harbour Road",
  city: "Lisbon",
  state: "LX",
  email: "orders@beanthere.example",
  phone: "+351 21 555 0100",
};

const post = (path: string, form: Record<string, string>) =>
  app.request(path, { method: "POST", body: new URLSearchParams(form) });

describe("the monolith", () => {
  it("greets under the lab's navigation", async () => {
    const text = await (await app.request("/")).text();
    for (const part of [...shownOf(site, "/"), `<h1>${html`${site.brand.en}`}</h1>`])
      expect(text).toContain(part);
    expect(site.links.map(({ href }) => href)).toEqual(expect.arrayContaining(["/", "/suppliers"]));
    expect(text).not.toContain("/admin");
  });

  it("has every route of the lab, and its writes lead back to the list", async () => {
    expect((await app.request("/supplier-add")).status).toBe(200);
    const added = await post("/supplier-add", fields);
    expect([added.status, added.headers.get("Location")]).toEqual([302, "/suppliers"]);
    const list = await (await app.request("/suppliers/")).text();
    expect(list).toContain(">Bean There</td>");
    const id = /href="\/supplier-update\/(\d+)"/.exec(list)?.[1] ?? "";

    expect(await (await app.request(`/supplier-update/${id}`)).text()).toContain('value="Bean There"');
    const updated = await post("/supplier-update", { ...fields, id, name: "Bean Here" });
    expect([updated.status, updated.headers.get("Location")]).toEqual([302, "/suppliers"]);
    expect(await (await app.request("/suppliers")).text()).toContain(">Bean Here</td>");

    const removed = await post(`/supplier-remove/${id}`, {});
    expect([removed.status, removed.headers.get("Location")]).toEqual([302, "/suppliers"]);
    expect(await (await app.request("/suppliers")).text()).toContain("No suppliers yet.");
  });

  it.each(["/nothing", "/admin", "/admin/suppliers", "/supplier-update/1", "/supplier-update/x"])(
    "has no %s",
    async (path) => {
      const response = await app.request(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("Sorry, we don&#39;t seem to have that page in stock");
    },
  );
});
