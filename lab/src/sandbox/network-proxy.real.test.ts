import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { createNetworkProxy, type NetworkAccess } from "./network-proxy.ts";

/** Sends a request to a proxy: a plain one for a URL, and CONNECT for host and port. Resolves to code and text. */
async function ask(target: string, network: NetworkAccess, environment = {}, addresses = ["93.184.215.14"]) {
  await using ends = new AsyncDisposableStack();
  const proxy = createNetworkProxy({ network, environment, onRefused() {}, resolve: async () => addresses });
  ends.defer(() => proxy.closeAllConnections());
  ends.defer(() => void proxy.close());
  await once(proxy.listen(0, "127.0.0.1"), "listening");
  const { port } = proxy.address() as AddressInfo;
  if (target.startsWith("http")) {
    const call = request({ port, path: target, headers: { host: "elsewhere.example" } }).end();
    const [response] = await once(call, "response");
    return `${response.statusCode} ${(await text(response)).trim()}`;
  }
  const socket = connect({ port, host: "127.0.0.1" });
  ends.defer(() => void socket.destroy());
  socket.write(`CONNECT ${target} HTTP/1.1\r\n\r\n`);
  const [data] = await once(socket, "data");
  return String(data).split("\r\n", 1)[0]?.slice(9);
}

const refused = parse(readFileSync(new URL("refused-hosts.yaml", import.meta.url), "utf8")) as {
  network: NetworkAccess;
  target: string;
  addresses?: string[];
  why: string;
}[];

it.each(refused)("with the network $network, refuses $target with $addresses", async (row) => {
  expect(await ask(row.target, row.network, {}, row.addresses)).toBe(`403 The rehearsal ${row.why}.`);
});

it("reaches a registry and a proxy that the environment states, and the simulated AWS", async () => {
  await using ends = new AsyncDisposableStack();
  const server = createServer(({ url, headers }, response) => {
    response.end(`${headers.host} ${url} ${headers["proxy-authorization"] ?? ""}`);
  });
  server.on("connect", ({ url }, socket) => socket.end(`HTTP/1.1 200 tunnel to ${url}\r\n\r\n`));
  ends.defer(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mirror = { npm_config_registry: `http://${address}/npm/` };
  expect(await ask(`http://${address}/npm/x`, "registries", mirror, ["127.0.0.1"])).toBe(
    `200 ${address} /npm/x`,
  );
  const proxy = {
    HTTP_PROXY: `http://me:secret@${address}`,
    https_proxy: `http://${address}`,
    NO_PROXY: "quay.io",
  };
  expect(await ask("http://deb.debian.org/a", "registries", proxy)).toBe(
    "200 deb.debian.org http://deb.debian.org/a Basic bWU6c2VjcmV0",
  );
  expect(await ask("pypi.org:443", "registries", proxy)).toBe("200 tunnel to pypi.org:443");
  expect(await ask("example.com:443", "registries", proxy)).toMatch(/^403 .*not example.com:443/);
  expect(await ask("quay.io:443", "registries", proxy, ["10.0.0.1"])).toMatch(
    /^403 .*quay\.io is 10\.0\.0\.1/,
  );
  expect(
    await ask("http://ecs.us-east-1.amazonaws.com/", "none", { AWS_ENDPOINT_URL: `http://${address}` }),
  ).toBe("200 ecs.us-east-1.amazonaws.com /");
});
