import { describe, expect, it } from "vitest";
import { createSuppliersInMemory } from "./domain/suppliers-in-memory.support.ts";
import type { Site } from "./pages/layout.ts";
import { partsForTests } from "./parts.support.ts";
import { createSite, writesPerMinute } from "./site.ts";

const site: Site = {
  service: "employee",
  brand: { en: "Suppliers", fr: "Fournisseurs" },
  basePath: "/admin",
  home: "/admin/suppliers",
  links: [],
  navbar: "navbar-dark bg-dark",
};

const database = createSuppliersInMemory();
const parts = partsForTests(database);

function setUp() {
  const app = createSite(site, parts);
  app.get("/admin/broken", () => {
    throw new TypeError("the secret beans are burnt");
  });
  app.get("/admin/list", async (c) => c.json(await database.suppliers.readPage({})));
  app.post("/admin/write", (c) => c.text("written"));
  return app;
}

describe("/health and /ready", () => {
  it("return the running release, and that the database serves it", async () => {
    const app = setUp();
    const health = await app.request("/admin/health");
    expect(await health.json()).toEqual({
      status: "ok",
      service: "employee",
      version: "1.0.0",
      image: null,
      revision: null,
    });
    expect(health.headers.get("Cache-Control")).toBe("no-store");
    const ready = await app.request("/admin/ready");
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready", service: "employee" }]);
  });

  it("differ while the database is down", async () => {
    const app = setUp();
    database.takeDown();
    expect((await app.request("/admin/health")).status).toBe(200);
    const ready = await app.request("/admin/ready");
    expect([ready.status, ready.headers.get("Retry-After")]).toEqual([503, "2"]);
    expect(await ready.json()).toEqual({ status: "unavailable", service: "employee" });
    expect(parts.logged.at(-1)).toMatch(/^employee is not ready: ./);
    database.bringUp();
    expect((await app.request("/admin/ready")).status).toBe(200);
  });
});

describe("an error page", () => {
  it.each([
    ["en", "Reference:"],
    ["fr", "Référence :"],
  ])("in %s shows the request's id and nothing of the error, which the log has", async (language, label) => {
    const headers = { "Accept-Language": language };
    const response = await setUp().request("/admin/broken", { headers }, { requestId: "abc-123" });
    expect(response.status).toBe(500);
    expect(response.headers.get("X-Request-Id")).toBe("abc-123");
    const text = await response.text();
    expect(text).toContain(`${label} <code>abc-123</code>`);
    expect(text).not.toMatch(/beans|TypeError|site\.test/);
    expect(parts.logged.at(-1)).toBe("the request failed: TypeError");
  });

  it("is never cached, and differs by language", async () => {
    const app = setUp();
    for (const path of ["/admin/broken", "/admin/nothing", "/elsewhere"]) {
      const { headers } = await app.request(path);
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(headers.get("Vary")).toBe("Accept-Language, Cookie");
    }
  });

  it("without a database states when to try again", async () => {
    const app = setUp();
    database.takeDown();
    const response = await app.request("/admin/list", {}, { requestId: "abc-123" });
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(await response.text()).toContain("<code>abc-123</code>");
    database.bringUp();
  });
});

describe("features that a site does not have", () => {
  it.each(["PUT", "DELETE", "PATCH", "OPTIONS"])("%s is refused with the allowed methods", async (method) => {
    const response = await setUp().request("/admin/write", { method });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "POST"]);
  });

  it("HEAD is GET without a body", async () => {
    const response = await setUp().request("/admin/health", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it.each([
    ["/admin/%E0%A4%A", {}, 404],
    ["/admin/%", {}, 404],
    ["/admin/health?%ff=%", {}, 200],
    ["/admin/nothing?lang=%E0%A4%A", {}, 302],
    ["/admin/nothing", { cookie: "language=%E0%A4%A; =; ;;" }, 404],
    ["/admin/nothing", { "accept-language": ";q=,,*;q=x" }, 404],
    ["/admin/nothing", { origin: "%%%" }, 404],
  ])("%s with %j gets %i: invalid requests are not errors of the service", async (path, headers, status) => {
    const response = await setUp().request(path, { headers: headers as Record<string, string> });
    expect(response.status).toBe(status);
  });
});

it("a flood of writes is refused with the reason, and only for its sender", async () => {
  const app = setUp();
  const write = (client: string) => app.request("/admin/write", { method: "POST" }, { client });
  for (let sent = 0; sent < writesPerMinute; sent++) expect((await write("203.0.113.7")).status).toBe(200);
  const refused = await write("203.0.113.7");
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect(await refused.text()).toContain("Too many changes at once.");
  expect((await write("203.0.113.8")).status).toBe(200);
});

describe("a site with configured hosts", () => {
  const app = createSite(site, { ...parts, hosts: new Set(["shop.example"]) });
  app.get("/admin/read", (c) => c.text("read"));
  app.post("/admin/write", (c) => c.text("written"));

  it.each([
    ["shop.example", 200],
    ["SHOP.example:8080", 200],
    ["localhost:10080", 200],
    ["127.0.0.1:10080", 200],
    ["[::1]:8080", 200],
    ["evil.example", 403],
    ["shop.example.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["", 403],
  ])("responds to a write to the host %j with %i", async (host, status) => {
    // A page under a rebound name sends these headers: for the browser it has the same origin.
    const headers = { host, origin: `http://${host}`, "sec-fetch-site": "same-origin" };
    expect((await app.request("/admin/write", { method: "POST", headers })).status).toBe(status);
  });

  it("accepts reads under any host", async () => {
    expect((await app.request("/admin/read", { headers: { host: "evil.example" } })).status).toBe(200);
  });
});
