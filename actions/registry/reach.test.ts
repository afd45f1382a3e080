import { createServer as createPlainServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { reach } from "./reach.ts";

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ended.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function closedPort(): Promise<string> {
  const url = `http://${await listen(createPlainServer())}`;
  for (const end of ended.splice(0)) await end();
  return url;
}

it.each<[string, () => Promise<string>, RegExp, string]>([
  ["an unknown host", async () => "https://registry.invalid", /reached: the host does not exist/, "the name"],
  ["a closed port", closedPort, /reached \(connect ECONNREFUSED 127/, "the network of the runner"],
  [
    "a registry that closes the connection",
    async () => `http://${await listen(createPlainServer((request) => request.destroy()))}`,
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
  const url = new URL(
    `http://${await listen(createPlainServer(() => controller.abort(new Error("cancelled"))))}`,
  );
  await expect(reach("the.registry", url, { signal: controller.signal })).rejects.toThrow("cancelled");
});
