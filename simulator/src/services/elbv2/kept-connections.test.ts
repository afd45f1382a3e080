import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ask, containerPort, forwardTo, type Stage, setStage } from "./stage.support.ts";

let stage: Stage;
let server: Server | undefined;
const sockets = new Set<Socket>();
beforeEach(async () => {
  stage = await setStage();
});
afterEach(async () => {
  await stage.close();
  server?.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** Starts a target that responds to each request head on a connection; resolves with the listener's port. */
async function target(answer: (socket: Socket, head: string, nth: number) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => {});
    let seen = 0;
    // The load balancer sends a request without a body at once, and the next only after the response.
    socket.on("data", (head) => {
      // A health check.
      if (head.includes("ELB-HealthChecker")) socket.end(ok);
      else answer(socket, head.toString(), ++seen);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  stage.environment.network.publish("10.0.1.9", containerPort, { host: "127.0.0.1", port });
  const group = await stage.createGroup("group");
  const listener = await stage.listen(forwardTo(group));
  await stage.register(group, "10.0.1.9");
  await stage.until(group, "healthy");
  return listener.port;
}

it.each<[string, (socket: Socket, nth: number) => void]>([
  ["closes after every third response", (socket, nth) => (nth === 3 ? socket.end(ok) : socket.write(ok))],
  [
    "announces that it closes",
    (socket) => socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
  ],
  ["ends its responses by closing", (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nok")],
  [
    "resets a connection as its third request comes",
    (socket, nth) => (nth === 3 ? socket.resetAndDestroy() : socket.write(ok)),
  ],
  [
    "closes a connection as its second request comes",
    (socket, nth) => (nth === 2 ? socket.end() : socket.write(ok)),
  ],
])("loses no request under load when the target %s", async (_, behave) => {
  const port = await target((socket, _head, nth) => behave(socket, nth));
  const answers: string[] = [];
  const client = async () => {
    for (let sent = 0; sent < 24; sent++) {
      const { status, body } = await ask(port);
      answers.push(`${status} ${body}`);
    }
  };
  await Promise.all(Array.from({ length: 5 }, client));
  expect(answers).toEqual(Array(120).fill("200 ok"));
});

it.each<[string, { method: string; path?: string; headers?: Record<string, string> }, string]>([
  ["HEAD", { method: "HEAD" }, "HEAD / HTTP/1.1"],
  ["a length of zero", { method: "PUT", headers: { "Content-Length": "0" } }, "PUT / HTTP/1.1"],
  ["GET with a length of zero", { method: "GET", headers: { "Content-Length": "0" } }, "GET / HTTP/1.1"],
  ["an absolute address", { method: "GET", path: "http://shop/a?b" }, "GET http://shop/a?b HTTP/1.1"],
  ["OPTIONS of the whole server", { method: "OPTIONS", path: "*" }, "OPTIONS * HTTP/1.1"],
])("passes %s on, repeatedly", async (_, request, line) => {
  const lines: string[] = [];
  const port = await target((socket, head) => {
    lines.push(head.slice(0, head.indexOf("\r\n")));
    socket.write(head.startsWith("HEAD") ? ok.slice(0, -2) : ok);
  });
  for (const body of Array(3).fill(request.method === "HEAD" ? "" : "ok")) {
    const reply = await ask(port, request);
    expect([reply.status, reply.headers["content-length"], reply.body]).toEqual([200, "2", body]);
  }
  expect(lines).toEqual([line, line, line]);
});

it("returns 400 for a request with two hosts, which no target gets", async () => {
  const heads: string[] = [];
  const port = await target((_, head) => heads.push(head));
  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  expect(String(await once(client, "data"))).toMatch(/^HTTP\/1.1 400 Bad Request/);
  client.destroy();
  expect(heads).toEqual([]);
});

it("releases the target when the client disconnects during a response", async () => {
  const begun = Promise.withResolvers<Socket>();
  const port = await target((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    begun.resolve(socket);
  });
  const client = connect(port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(client, "data");
  const upstream = await begun.promise;
  client.destroy();
  if (!upstream.closed) await once(upstream, "close");
});

it("keeps a connection for the next request, and no connection to a removed target", async () => {
  const used = new Set<Socket>();
  const port = await target((socket) => {
    used.add(socket);
    socket.write(ok);
  });
  for (let sent = 0; sent < 5; sent++) await ask(port);
  // One, unless the machine pauses for longer than a connection is kept.
  expect(used.size).toBeLessThan(5);
  const { TargetGroups = [] } = await stage.elbv2.describeTargetGroups({});
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn;
  await stage.elbv2.deregisterTargets({ TargetGroupArn, Targets: [{ Id: "10.0.1.9" }] });
  await stage.environment.clock.until(() => [...used].every(({ closed }) => closed));
});
