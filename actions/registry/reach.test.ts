import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { serveForTest } from "./faulty-registry.support.ts";
import { reach } from "./reach.ts";

const listen = async (listener: RequestListener) => `http://${await serveForTest(listener)}`;

async function closedPort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

it.each<[string, () => Promise<string>, RegExp, string]>([
  ["an unknown host", async () => "https://registry.invalid", /reached: the host does not exist/, "the name"],
  ["a closed port", closedPort, /reached \(connect ECONNREFUSED 127/, "the network of the runner"],
  [
    "a registry that closes the connection",
    () => listen((request) => request.destroy()),
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
  const url = new URL(await listen(() => controller.abort(new Error("cancelled"))));
  await expect(reach("the.registry", url, { signal: controller.signal })).rejects.toThrow("cancelled");
});
