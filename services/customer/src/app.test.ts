import { createSuppliersInMemory } from "@ecs-delivery/suppliers/domain/suppliers-in-memory.support";
import { partsForTests, shownOf } from "@ecs-delivery/suppliers/parts.support";
import { html } from "hono/html";
import { describe, expect, it } from "vitest";
import { createApp, site } from "./app.ts";

const database = createSuppliersInMemory();
const parts = partsForTests(database);
const app = createApp(parts);

describe("the customers' pages", () => {
  it("greet, and link to the list and the administrators", async () => {
    const response = await app.request("/");
    expect(response.status).toBe(200);
    const text = await response.text();
    for (const part of [...shownOf(site, "/"), `<h1>${html`${site.brand.en}`}</h1>`])
      expect(text).toContain(part);
    const targets = site.links.map(({ href }) => href);
    expect(targets).toEqual(expect.arrayContaining(["/", "/suppliers", "/admin/suppliers"]));
  });

  it("list the suppliers, each value escaped once", async () => {
    expect(await (await app.request("/suppliers")).text()).toContain("No suppliers yet.");
    await database.suppliers.add({
      name: "O'Brien <script>alert(1)</script> & Sons",
      address: "1 Quay",
      city: "Cork",
      state: "IE",
      email: "ob@example.com",
      phone: "+353 21 555",
    });
    // A different page, since the first may be cached for a second.
    for (const path of ["/suppliers?search=O", "/suppliers/?search=O"]) {
      const text = await (await app.request(path)).text();
      expect(text).toContain(">O&#39;Brien &lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons</td>");
      expect(text).not.toContain(">Edit<");
    }
  });

  it("state how old the list may be, and how old it is", async () => {
    const headers = async (path: string) => {
      const response = await app.request(path);
      return ["Cache-Control", "Age", "Vary"].map((name) => response.headers.get(name));
    };
    const shared = ["public, max-age=1", expect.stringMatching(/^[01]$/), "Accept-Language, Cookie"];
    expect(await headers("/suppliers?by=state")).toEqual(shared);
    expect(await headers("/suppliers?by=state")).toEqual(shared);
  });

  it("use the visitor's language", async () => {
    const french = await app.request("/suppliers", { headers: { "Accept-Language": "fr-CA, en;q=0.5" } });
    expect(await french.text()).toContain("<h1>Tous les fournisseurs</h1>");
  });

  it("refuse a link that none of their pages contains", async () => {
    const response = await app.request("/suppliers?after=1%20OR%201=1");
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("we could not read that request");
  });

  it.each(["/nothing", "/supplier-add", "/supplier-update/1", "/admin", "/admin/suppliers"])(
    "have no %s",
    async (path) => {
      const response = await app.request(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("Sorry, we don&#39;t seem to have that page in stock");
    },
  );

  it("refuse writes", async () => {
    const answers = [
      ["/suppliers", 405],
      ["/supplier-add", 404],
      ["/supplier-remove/1", 404],
    ] as const;
    for (const [path, status] of answers)
      expect((await app.request(path, { method: "POST" })).status).toBe(status);
  });

  it("serve their own stylesheet and run no script", async () => {
    const home = await app.request("/");
    expect(home.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const href = /<link rel="stylesheet" href="([^"]+)">/.exec(await home.text())?.[1] ?? "";
    const stylesheet = await app.request(href);
    expect(stylesheet.headers.get("Content-Type")).toBe("text/css; charset=utf-8");
  });
});

describe("with the database down", () => {
  it("returns 503 for the list until it is back; home and liveness work", async () => {
    database.takeDown();
    const response = await app.request("/suppliers?search=unasked");
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(await response.text()).toContain("The database does not answer.");
    expect(parts.logged.at(-1)).toMatch(/^the database cannot be reached: /);
    expect((await app.request("/")).status).toBe(200);
    expect((await app.request("/health")).status).toBe(200);

    database.bringUp();
    expect((await app.request("/suppliers?search=unasked")).status).toBe(200);
  });
});
