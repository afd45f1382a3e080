import { expect, it } from "vitest";
import { createAccess } from "./access.ts";
import { createApp } from "./app.ts";
import { exampleParts } from "./parts.support.ts";
import { createWatch } from "./watch.ts";

const host = "127.0.0.1:4567";
const access = createAccess();
const entrance = new URL(access.addressOf(`http://${host}`));
const secret = entrance.searchParams.get("secret") ?? "";

async function open() {
  const clock = { now: () => 1, wait: () => new Promise<void>(() => {}) };
  const observe = async () => ({ parts: new Map(Object.entries(exampleParts())), pauseMs: 1000 });
  const app = await createApp({
    watch: createWatch({ observe, clock }),
    clock,
    extensions: [],
    host,
    access,
  });
  return (path: string, headers: Record<string, string> = {}, method = "GET") =>
    app.request(`http://${host}${path}`, { method, headers: { host, ...headers } });
}

it.each([
  ["/?", "/"],
  ["/account?lang=fr&", "/account?lang=fr"],
  ["//evil.example/?", "/evil.example/"],
])("exchanges the secret of %s for a cookie and leads to %s without it", async (path, location) => {
  const response = await (await open())(`${path}secret=${secret}`);
  expect([response.status, response.headers.get("location")]).toEqual([303, location]);
  const cookie = `live-page-4567=${secret}; Path=/; HttpOnly; SameSite=Strict`;
  expect(response.headers.get("set-cookie")).toBe(cookie);
});

it.each(["", secret.slice(1), `${secret}x`])("refuses the secret '%s'", async (wrong) => {
  const response = await (await open())(`/?secret=${wrong}`);
  expect([response.status, response.headers.get("set-cookie")]).toEqual([403, null]);
});

it.each([
  [{}, false],
  [{ cookie: `live-page-4568=${secret}` }, false],
  [{ cookie: "live-page-4567=x" }, false],
  [{ cookie: `live-page-4568=x; live-page-4567=${secret}` }, true],
])(
  "a stream with %j says whether its browser may operate (%s), and no secret",
  async (headers, mayOperate) => {
    const get = await open();
    const reader = (await get("/events", headers)).body?.getReader();
    const text = new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    expect(text).toContain(JSON.stringify({ mayOperate }));
    expect(text + (await (await get("/", headers)).text())).not.toContain(secret);
  },
);

it("has at most 50 streams, of which none is lost", async () => {
  const get = await open();
  for (let asked = 0; asked < 60; asked++) await get("/events", {}, "HEAD");
  const streams = await Promise.all(Array.from({ length: 50 }, () => get("/events")));
  expect(streams.map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect((await get("/events")).status).toBe(503);
  await streams[7]?.body?.cancel();
  await new Promise(setImmediate);
  expect((await get("/events")).status).toBe(200);
});
