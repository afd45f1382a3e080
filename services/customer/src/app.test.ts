import type { Database } from "@ecs-delivery/suppliers/database";
import { startTestDatabase, type TestDatabase } from "@ecs-delivery/suppliers/test-database";
import type { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "./app.ts";

let testDatabase: TestDatabase;
let database: Database;
let app: Hono;
const logged: string[] = [];
beforeAll(async () => {
  testDatabase = await startTestDatabase();
  database = await testDatabase.open();
  app = createApp({ suppliers: database.suppliers, log: (line) => logged.push(line) });
});
afterAll(async () => {
  await database.close();
  await testDatabase.remove();
});

describe("the customers' pages", () => {
  it("greet, and lead to the list and the administrators", async () => {
    const response = await app.request("/");
    expect(response.status).toBe(200);
    const text = await response.text();
    for (const part of [
      "<h1>Coffee suppliers</h1>",
      '<a class="brand" href="/">Coffee suppliers</a>',
      '<a href="/">Customer home</a>',
      '<a href="/admin/suppliers">Administrator link</a>',
    ])
      expect(text).toContain(part);
  });

  it("list the suppliers, each value escaped once", async () => {
    expect(await (await app.request("/suppliers")).text()).toContain("There are no suppliers yet.");
    await database.suppliers.add({
      name: "O'Brien <script>alert(1)</script> & Sons",
      address: "1 Quay",
      city: "Cork",
      state: "IE",
      email: "ob@example.com",
      phone: "+353 21 555",
    });
    for (const path of ["/suppliers", "/suppliers/"]) {
      const text = await (await app.request(path)).text();
      expect(text).toContain("<td>O&#39;Brien &lt;script&gt;alert(1)&lt;/script&gt; &amp; Sons</td>");
      expect(text).not.toContain(">edit<");
    }
  });

  it.each(["/nothing", "/supplier-add", "/supplier-update/1", "/admin/suppliers"])(
    "have no %s in stock",
    async (path) => {
      const response = await app.request(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("Sorry, we don&#39;t seem to have that page in stock");
    },
  );

  it("cannot be written to", async () => {
    for (const path of ["/suppliers", "/supplier-add", "/supplier-remove/1"])
      expect((await app.request(path, { method: "POST" })).status).toBe(404);
  });

  it("bring their own stylesheet and run no script", async () => {
    const home = await app.request("/");
    expect(home.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const href = /<link rel="stylesheet" href="([^"]+)">/.exec(await home.text())?.[1] ?? "";
    const stylesheet = await app.request(href);
    expect(stylesheet.headers.get("Content-Type")).toBe("text/css; charset=utf-8");
  });
});

describe("with the database down", () => {
  it("the list is answered with 503 until it is back; home and liveness stay", async () => {
    await testDatabase.takeDown();
    const response = await app.request("/suppliers");
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(await response.text()).toContain("The database does not answer.");
    expect(logged.at(-1)).toMatch(/^GET \/suppliers: the database cannot be reached: /);
    expect((await app.request("/")).status).toBe(200);
    expect((await app.request("/health")).status).toBe(200);

    await testDatabase.bringUp();
    expect((await app.request("/suppliers")).status).toBe(200);
  });
});
