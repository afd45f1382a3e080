import { Hono } from "hono";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { limitWrites, mostAddresses, writesPerMinute } from "../site.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const app = new Hono().use(limitWrites()).all("/", (c) => c.text("done"));
  return async (client: string, method = "POST") => app.request("/", { method }, { client });
}

async function spend(send: ReturnType<typeof setUp>, client: string) {
  for (let write = 0; write < writesPerMinute; write++) expect((await send(client)).status).toBe(200);
}

it("limits the writes of an address per minute, then returns when to try again", async () => {
  const send = setUp();
  await spend(send, "203.0.113.7");
  vi.advanceTimersByTime(20_500);
  const refused = await send("203.0.113.7");
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([429, "40"]);
  expect((await send("203.0.113.8")).status, "another address").toBe(200);
  expect((await send("203.0.113.7", "GET")).status, "reading").toBe(200);
  vi.advanceTimersByTime(39_500);
  expect((await send("203.0.113.7")).status, "a minute later").toBe(200);
});

it("removes the addresses that wrote longest ago when there are too many", async () => {
  const send = setUp();
  await spend(send, "203.0.113.7");
  for (let other = 0; other < mostAddresses; other++) await send(`2001:db8::${other.toString(16)}`);
  expect((await send("203.0.113.7")).status).toBe(200);
});
