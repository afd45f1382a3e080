import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { languageOf, localPath, switchLanguage, switchPath } from "./language.ts";

const app = new Hono();
app.use(switchLanguage);
app.all("*", (c) => c.text(languageOf(c)));

const languageFor = async (headers: Record<string, string>) =>
  (await app.request("/suppliers", { headers })).text();

describe("the language of a visitor", () => {
  it.each([
    [undefined, "en"],
    ["", "en"],
    ["fr", "fr"],
    ["FR", "fr"],
    ["fr-CA", "fr"],
    ["fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", "fr"],
    ["en-GB,en;q=0.9,fr;q=0.8", "en"],
    ["de,fr;q=0.5", "fr"],
    ["de-CH,it", "en"],
    ["en;q=0.2,fr;q=0.8", "fr"],
    ["en;q=0.8 , fr ; q=0.9", "fr"],
    ["fr;q=0", "en"],
    ["fr;q=0,en;q=0", "en"],
    ["*", "en"],
    ["de,*;q=0.5", "en"],
    ["fr;q=0.5,*;q=0.8", "en"],
    ["en;q=0.1,*", "fr"],
    ["en;q=0,*;q=0.1", "fr"],
    ["french", "en"],
    ["fr\u00e8re", "en"],
    [";;q=,,=;q=1", "en"],
    ["<script>alert(1)</script>", "en"],
    [`${"x,".repeat(4000)}fr`, "fr"],
  ])("who accepts %j is %s", async (accepted, language) => {
    expect(await languageFor(accepted === undefined ? {} : { "Accept-Language": accepted })).toBe(language);
  });

  it.each([
    ["language=en", "en"],
    ["language=fr", "fr"],
    ["theme=dark; language=en; other=1", "en"],
    ["language=de", "fr"],
    ["language=", "fr"],
    ["language=<script>", "fr"],
    ["languages=en", "fr"],
  ])("who prefers French and has the cookie %j is %s", async (cookie, language) => {
    expect(await languageFor({ "Accept-Language": "fr", Cookie: cookie })).toBe(language);
  });
});

describe("the language switch", () => {
  it.each([
    ["/suppliers", "/suppliers?lang=fr"],
    ["/suppliers?search=a%26b", "/suppliers?search=a%26b&lang=fr"],
  ])("of %s leads to %s, and from there back", async (path, href) => {
    expect(switchPath(path, "fr")).toBe(href);
    const response = await app.request(href);
    expect(response.status).toBe(302);
    expect(response.headers.get("Location")).toBe(path);
    expect(response.headers.get("Set-Cookie")).toMatch(/^language=fr; Max-Age=31536000; Path=\/; HttpOnly/);
  });

  it.each(["de", "", "fr%0d%0aSet-Cookie:%20a=b", "%3Cscript%3E"])(
    "forgets the unknown language %j",
    async (text) => {
      const response = await app.request(`/suppliers?lang=${text}`);
      expect(response.headers.get("Location")).toBe("/suppliers");
      expect(response.headers.get("Set-Cookie")).toBeNull();
    },
  );

  it.each(["//evil.example/", "///evil.example", "/%5Cevil.example", "/\\evil.example/"])(
    "stays on the host when the path is %s",
    async (path) => {
      const response = await app.request(`http://localhost${path}?lang=fr`);
      const target = new URL(response.headers.get("Location") ?? "", "http://localhost");
      expect(target.host).toBe("localhost");
    },
  );

  it("ignores posted requests", async () => {
    expect((await app.request("/suppliers?lang=fr", { method: "POST" })).status).toBe(200);
  });
});

it.each([
  ["http://a/", "/"],
  ["https://localhost:8080/suppliers?search=x//y", "/suppliers?search=x//y"],
  ["http://localhost//evil.example/?a", "/evil.example/?a"],
  ["http://localhost/\\/evil.example", "/evil.example"],
])("the local path of %s is %s", (url, path) => {
  expect(localPath(url)).toBe(path);
});
