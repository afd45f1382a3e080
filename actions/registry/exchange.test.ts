import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { exchange } from "./exchange.ts";
import { serveForTest } from "./faulty-registry.support.ts";
import { reach } from "./reach.ts";

const serve = async (listener: RequestListener) => new URL(`http://${await serveForTest(listener)}/begin`);

/** Returns content of several chunks that reports how it was closed. */
function content(chunks: number, error?: Error) {
  const opened: string[] = [];
  const open = async function* () {
    opened.push("open");
    try {
      for (let chunk = 0; chunk < chunks; chunk += 1) yield Buffer.alloc(65_536, "x");
      if (error) throw error;
    } finally {
      opened.push("closed");
    }
  };
  return { open, opened };
}

it.each([307, 308])("sends all of a body again after a %d", async (status) => {
  const received: string[] = [];
  const url = await serve(async (request, response) => {
    const body = await text(request);
    received.push(`${request.method} ${request.url} ${body.length}`);
    if (request.url === "/begin") response.writeHead(status, { location: "/end" }).end();
    else response.end("taken");
  });
  const answer = await exchange(url, { method: "PUT", body: content(3).open });
  expect(String(await answer.read())).toBe("taken");
  expect(answer.url).toBe(new URL("/end", url).href);
  expect(received).toEqual([`PUT /begin ${3 * 65_536}`, `PUT /end ${3 * 65_536}`]);
});

it.each([301, 302, 303])("follows a %d after a GET, not after a PUT", async (status) => {
  const url = await serve((request, response) => {
    if (request.url === "/begin") response.writeHead(status, { location: "/end" }).end();
    else response.end();
  });
  expect((await exchange(url, {})).status).toBe(200);
  expect((await exchange(url, { method: "PUT", body: Buffer.from("x") })).status).toBe(status);
});

it("follows 20 redirects, and not one more", async () => {
  let left = 20;
  const url = await serve((_, response) => {
    if (left-- > 0) response.writeHead(307, { location: "/begin" });
    response.end();
  });
  expect((await exchange(url, {})).status).toBe(200);
  left = 21;
  await expect(exchange(url, {})).rejects.toThrow("it was redirected 20 times");
});

it("stops sending a refused body, and closes it", async () => {
  const url = await serve((_, response) => response.writeHead(413).end("too large"));
  const { open, opened } = content(10_000);
  const answer = await exchange(url, { method: "PUT", body: open });
  expect(answer.status).toBe(413);
  expect(String(await answer.read())).toBe("too large");
  await expect.poll(() => opened).toEqual(["open", "closed"]);
});

it("fails with the error of a body that cannot be read", async () => {
  const url = await serve((request) => void request.resume());
  const broken = content(1, new Error("the disk is gone"));
  await expect(exchange(url, { method: "PUT", body: broken.open })).rejects.toThrow("the disk is gone");
});

it.each(["HEAD", "GET"])("reuses a connection when the response to %s is discarded", async (method) => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(200, { "content-length": 10 }).end("not needed");
  });
  const newConnections = async () => {
    const before = ports.size;
    const answer = await exchange(url, { method });
    if (method === "GET") answer.discard();
    return ports.size - before;
  };
  expect(await newConnections()).toBe(1);
  await expect.poll(newConnections).toBe(0);
});

it.each<[string, () => Promise<string>, RegExp, string]>([
  ["an unknown host", async () => "https://registry.invalid", /reached: the host does not exist/, "the name"],
  [
    "a closed port",
    async () => "http://127.0.0.1:1",
    /reached \(connect ECONNREFUSED 127/,
    "the network of the runner",
  ],
  [
    "a registry that closes the connection",
    async () => (await serve((request) => request.destroy())).href,
    /cannot be reached \(socket hang up\)/,
    "the network of the runner",
  ],
])("explains %s", async (_, start, message, nextStep) => {
  await expect(reach("the.registry", new URL(await start()), {})).rejects.toMatchObject({
    message: expect.stringMatching(message),
    nextStep: expect.stringContaining(nextStep),
  });
});

it("ends with the reason for which it was ended", async () => {
  const controller = new AbortController();
  const url = await serve(() => controller.abort(new Error("cancelled")));
  await expect(reach("the.registry", url, { signal: controller.signal })).rejects.toThrow("cancelled");
});
