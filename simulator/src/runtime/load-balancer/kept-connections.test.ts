import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type Dispatcher, request } from "undici";
import { expect, it, vi } from "vitest";
import { createKeptConnections, maxIdle } from "./kept-connections.ts";

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
  const used = Array.from({ length: maxIdle + 44 }, () => connections.take({ host: "127.0.0.1", port }));
  await Promise.all(
    used.map(async ({ client }) => {
      const { body } = await request(`http://127.0.0.1:${port}/`, { dispatcher: client as Dispatcher });
      await body.text();
    }),
  );
  expect(opened).toBe(used.length);
  for (const connection of used) connection.release();
  await vi.waitUntil(() => sockets.size <= maxIdle, { timeout: 30_000 });
  connections.retire();
  await vi.waitUntil(() => sockets.size === 0, { timeout: 30_000 });
  server.close();
});
