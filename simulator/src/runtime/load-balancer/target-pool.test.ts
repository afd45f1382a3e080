import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Dispatcher, request } from "undici";
import { expect, it, vi } from "vitest";
import { createKeptConnections, createWeightedChoice } from "./target-pool.ts";

it.each([
  [{ a: 1 }, { a: 1 }],
  [{ a: 0 }, { undefined: 1 }],
  [{ a: 0, b: 0 }, { undefined: 1 }],
  [{ a: 0, b: 7 }, { b: 7 }],
  [
    { a: 90, b: 10 },
    { a: 90, b: 10 },
  ],
  [
    { a: 999, b: 1, c: 3 },
    { a: 999, b: 1, c: 3 },
  ],
])("weights %j give %j", (weights, expected) => {
  const choose = createWeightedChoice(
    Object.entries(weights).map(([option, weight]) => ({ option, weight })),
  );
  const counts: Record<string, number> = {};
  const rounds = Object.values(expected).reduce((sum: number, count) => sum + Number(count), 0);
  for (let round = 0; round < rounds; round++) {
    const chosen = String(choose());
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  expect(counts).toEqual(expected);
});

it("spreads a small share evenly instead of in a burst", () => {
  const choose = createWeightedChoice([
    { option: "blue", weight: 9 },
    { option: "green", weight: 1 },
  ]);
  const gaps: number[] = [];
  for (let at = 0, last = 0; at < 50; at++) {
    if (choose() !== "green") continue;
    gaps.push(at - last);
    last = at;
  }
  expect(new Set(gaps.slice(1))).toEqual(new Set([10]));
});

it("keeps only so many idle connections, however many were used at once, and none once retired", async () => {
  const sockets = new Set<Socket>();
  let opened = 0;
  const server = createServer((_, response) => response.end("ok")).listen(0, "127.0.0.1");
  server.on("connection", (socket) => {
    opened += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await once(server, "listening");
  const connections = createKeptConnections();
  const { port } = server.address() as AddressInfo;
  const used = Array.from({ length: 300 }, () => connections.take({ host: "127.0.0.1", port }));
  await Promise.all(
    used.map(async ({ client }) => {
      const { body } = await request(`http://127.0.0.1:${port}/`, { dispatcher: client as Dispatcher });
      await body.text();
    }),
  );
  expect(opened).toBe(used.length);
  for (const connection of used) connection.release();
  await vi.waitUntil(() => sockets.size <= 256, { timeout: 30_000 });
  connections.retire();
  await vi.waitUntil(() => sockets.size === 0, { timeout: 30_000 });
  server.close();
});
