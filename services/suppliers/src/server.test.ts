import { once } from "node:events";
import { connect } from "node:net";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Answer, Exchange } from "./operations/exchange.ts";
import { startWebServer, type WebServer } from "./server.ts";

const observed: (Exchange & Answer)[] = [];
let server: WebServer;
let port: number;
beforeAll(async () => {
  const app = new Hono();
  app.get("/page", (c) => c.text("here"));
  app.get("/cut", () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
  port = await freePort();
  server = await startWebServer(app, port, (exchange, answer) => observed.push({ ...exchange, ...answer }));
});
afterAll(async () => {
  await server.drain();
});

/** Sends malformed requests, and returns the status line. */
async function send(request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1").setEncoding("utf8");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.on("error", () => {});
  socket.write(request);
  await once(socket, "close");
  return text.split("\r\n")[0] ?? "";
}

const rest = "Host: a.example\r\nConnection: close\r\n\r\n";

it.each([
  ["a page", `GET /page HTTP/1.1\r\n${rest}`, "200 OK"],
  ["its head", `HEAD /page HTTP/1.1\r\n${rest}`, "200 OK"],
  ["invalid percent-encoding", `GET /%E0%A4%A HTTP/1.1\r\n${rest}`, "404 Not Found"],
  ["an address of another host", `GET //evil.example/page HTTP/1.1\r\n${rest}`, "404 Not Found"],
  ["an invalid address", `GET http://[ HTTP/1.1\r\n${rest}`, "400 Bad Request"],
  ["a backslash for a slash", `GET \\page HTTP/1.1\r\n${rest}`, "400 Bad Request"],
  ["no host", "GET /page HTTP/1.1\r\nConnection: close\r\n\r\n", "400 Bad Request"],
  ["an invalid host", "GET /page HTTP/1.1\r\nHost: a b<c\r\nConnection: close\r\n\r\n", "400 Bad Request"],
  ["a request about the server itself", `OPTIONS * HTTP/1.1\r\n${rest}`, "400 Bad Request"],
  ["an unknown method", `BREW /page HTTP/1.1\r\n${rest}`, "400 Bad Request"],
  ["no HTTP at all", "beans, please\r\n\r\n", "400 Bad Request"],
  [
    "headers without end",
    `GET /page HTTP/1.1\r\nX-Long: ${"a".repeat(20_000)}\r\n${rest}`,
    "431 Request Header Fields Too Large",
  ],
])("%s gets an error of the client", async (_, request, status) => {
  expect(await send(request)).toBe(`HTTP/1.1 ${status}`);
});

it("complete and aborted responses are distinguished", async () => {
  await send(`GET /page?with=query HTTP/1.1\r\n${rest}`);
  expect(observed.at(-1)).toMatchObject({ method: "GET", path: "/page", status: 200, complete: true });
  expect(observed.at(-1)?.bytes).toBeGreaterThan("here".length);

  const socket = connect(port, "127.0.0.1");
  socket.write(`GET /cut HTTP/1.1\r\n${rest}`);
  await once(socket, "data");
  socket.destroy();
  await expect.poll(() => observed.at(-1)).toMatchObject({ path: "/cut", complete: false });
});
