import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  answer,
  ask,
  containerPort,
  forwardTo,
  oneTarget,
  type Stage,
  setStage,
  targetAddress,
} from "./stage.support.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.close());

const page = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;

it("passes the client's address to the target, by the connection, and drops hop-by-hop headers", async () => {
  const { arn, port } = await oneTarget(stage, (request, response) => {
    response.setHeader("Connection", "close, X-Private");
    response.setHeader("X-Private", "1");
    response.setHeader("Server", "target");
    response.end(JSON.stringify(request.headers));
  });
  const headers = {
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Amzn-Trace-Id": "Root=1-67891233-abcdef012345678912345678",
    Connection: "close, X-Hop",
    "X-Hop": "1",
    Cookie: "a=b",
  };
  const reply = await ask(port, { headers });
  const seen = JSON.parse(reply.body);
  const { Listeners } = await stage.elbv2.describeListeners({ ListenerArns: [arn] });
  expect(seen).toMatchObject({
    host: `127.0.0.1:${port}`,
    cookie: "a=b",
    "x-forwarded-for": "192.0.2.7, 127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-port": String(Listeners?.[0]?.Port),
  });
  expect(seen["x-amzn-trace-id"]).toMatch(
    /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678$/,
  );
  expect(seen["x-hop"]).toBeUndefined();
  expect(reply.headers["x-private"]).toBeUndefined();
  expect(reply.headers.server).toBe("target");
});

it("shares requests by weight between groups and in turn between targets; weight 0 means none", async () => {
  const groups = await Promise.all(["a", "b"].map((name) => stage.createGroup(name)));
  const [a = "", b = ""] = groups;
  const { arn, port } = await stage.listen(forwardTo([a, 3], [b, 1]));
  for (const [index, group] of [a, a, b].entries()) {
    const address = `10.0.1.${index}`;
    await stage.serve(address, (_, response) => response.end(address));
    await stage.register(group, address);
    await stage.until(group, "healthy", address);
  }
  const count = async () => {
    const counts: Record<string, number> = {};
    for (let sent = 0; sent < 40; sent++) {
      const { body } = await ask(port);
      counts[body] = (counts[body] ?? 0) + 1;
    }
    return counts;
  };
  expect(await count()).toEqual({ "10.0.1.0": 15, "10.0.1.1": 15, "10.0.1.2": 10 });
  await stage.elbv2.modifyListener({ ListenerArn: arn, DefaultActions: [forwardTo([a, 0], [b, 1])] });
  expect(await count()).toEqual({ "10.0.1.2": 40 });
  await stage.elbv2.modifyListener({ ListenerArn: arn, DefaultActions: [forwardTo([a, 0], [b, 0])] });
  expect((await ask(port)).status).toBe(503);
});

it("returns 503 with the load balancer's page when a group has no targets", async () => {
  const { port } = await stage.listen(forwardTo(await stage.createGroup("empty")));
  const reply = await ask(port);
  expect(reply.status).toBe(503);
  expect(reply.headers).toMatchObject({ server: "awselb/2.0", "content-type": "text/html" });
  expect(reply.body).toBe(page("503 Service Temporarily Unavailable"));
});

it.each([
  ["closes the connection", ""],
  ["sends an invalid response", "NONSENSE\r\n\r\n"],
  ["returns an invalid status", "HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n"],
  ["upgrades without a request", "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
  ["is gone", undefined],
])("returns 502 when the target %s", async (_, bytes) => {
  const { port, server } = await oneTarget(stage, (request, response) => {
    if (request.url === "/") response.end();
    else request.socket.end(bytes ?? "");
  });
  if (bytes === undefined) {
    stage.environment.network.withdraw(targetAddress, containerPort);
    server.close();
  }
  const reply = await ask(port, { path: "/x", method: "POST", body: "data" });
  expect(reply.status).toBe(502);
  expect(reply.body).toBe(page("502 Bad Gateway"));
});

it("returns 504 when the target stays silent for the idle timeout", async () => {
  const { port } = await oneTarget(stage, (request, response) => {
    if (request.url === "/") response.end();
  });
  await stage.elbv2.modifyLoadBalancerAttributes({
    LoadBalancerArn: stage.loadBalancerArn,
    Attributes: [{ Key: "idle_timeout.timeout_seconds", Value: "1" }],
  });
  const reply = await ask(port, { path: "/slow" });
  expect(reply.status).toBe(504);
  expect(reply.body).toBe(page("504 Gateway Time-out"));
});

const post = (headers: string, body: string) => `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`;
const chunked = "Transfer-Encoding: chunked";
const unknown = "Transfer-Encoding: gzip, chunked\r\nConnection: close";
it.each([
  ["nonsense", "NONSENSE\r\n\r\n", "400 Bad Request"],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", "400 Bad Request"],
  ["TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405 Not Allowed"],
  ["two lengths", post("Content-Length: 1\r\nContent-Length: 2", "ab"), "400 Bad Request"],
  ["a length and chunks", post(`Content-Length: 3\r\n${chunked}`, "0\r\n\r\n"), "400 Bad Request"],
  ["an unknown coding", post(unknown, "0\r\n\r\n"), "501 Not Implemented"],
  ["too much header", `GET / HTTP/1.1\r\nHost: a\r\nX-Big: ${"x".repeat(70_000)}\r\n\r\n`, "400 Bad Request"],
])("refuses a request with %s", async (_, bytes, title) => {
  const { port } = await stage.listen(answer("passed"));
  const client = connect(port, "127.0.0.1");
  client.on("error", () => {});
  client.write(bytes);
  const reply = await text(client);
  expect(reply.split("\r\n")[0]).toBe(`HTTP/1.1 ${title}`);
  expect(reply).toContain(page(title));
});

it("streams both bodies piece by piece", async () => {
  const { port } = await oneTarget(stage, (request, response) => {
    if (request.method === "GET") return response.end();
    response.flushHeaders();
    request.pipe(response);
  });
  const sent = httpRequest({ host: "127.0.0.1", port, method: "POST", path: "/echo", agent: false });
  sent.flushHeaders();
  // The head arrives without a body; then each piece arrives before the next is sent.
  const [response] = await once(sent, "response");
  for (const piece of ["one", "two", "three"]) {
    sent.write(piece);
    const [echoed] = await once(response, "data");
    expect(String(echoed)).toBe(piece);
  }
  sent.end();
  await once(response.resume(), "end");
});

it("keeps a large body whole through a slow reader", async () => {
  const size = 5_000_000;
  const { port } = await oneTarget(stage, (_, response) => response.end(Buffer.alloc(size, "a")));
  const sent = httpRequest({ host: "127.0.0.1", port, agent: false }).end();
  const [response] = await once(sent, "response");
  response.pause();
  await new Promise(setImmediate);
  expect((await text(response)).length).toBe(size);
});

it("cuts the client off when the target disconnects during a response", async () => {
  const { port } = await oneTarget(stage, (request, response) => {
    if (request.url === "/") return response.end();
    response.writeHead(200, { "Content-Length": "100" });
    response.write("half", () => request.socket.destroy());
  });
  await expect(ask(port, { path: "/x" })).rejects.toMatchObject({ code: "ECONNRESET" });
});

it("sends a request again when the kept connection had been closed by the target", async () => {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    let served = 0;
    socket.on("data", () => {
      // One request per connection, then it is reset on the next: the worst timing.
      if (served++ > 0) return void socket.resetAndDestroy();
      requests++;
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as { port: number };
  stage.environment.network.publish("10.0.1.9", containerPort, { host: "127.0.0.1", port: address.port });
  const group = await stage.createGroup("group");
  const { port } = await stage.listen(forwardTo(group));
  await stage.register(group, "10.0.1.9");
  await stage.until(group, "healthy");
  for (const method of ["GET", "GET", "POST", "DELETE"])
    expect((await ask(port, { method })).status).toBe(200);
  expect(requests).toBeGreaterThanOrEqual(4);
  server.close();
  for (const socket of sockets) socket.destroy();
});
