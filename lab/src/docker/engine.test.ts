import { once } from "node:events";
import { createServer, type RequestOptions, request } from "node:http";
import { join } from "node:path";
import { useEmptyFolder } from "@ecs-delivery/program/test-folder.support";
import { expect, it } from "vitest";
import { createEngineProxy } from "./engine.ts";

const folder = useEmptyFolder();

/** Sends a request through the proxy to an engine that accepts everything; returns the status and what came there. */
async function send(method: string, path: string, headers: RequestOptions["headers"] = {}) {
  let received: readonly string[] = [];
  const [engine, proxy] = [createServer((_, response) => response.end("{}")), join(folder, "proxy")];
  engine.on("upgrade", ({ rawHeaders }, socket) => {
    received = rawHeaders;
    socket.end("HTTP/1.1 101 UPGRADED\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
  });
  const server = createEngineProxy(join(folder, "engine"), "127.0.0.1:4566").listen(proxy);
  engine.listen(join(folder, "engine"));
  await Promise.all([once(server, "listening"), once(engine, "listening")]);
  const sent = request({ socketPath: proxy, method, path, headers }).end();
  const [answer] = await Promise.race([once(sent, "response"), once(sent, "upgrade")]);
  sent.destroy();
  for (const each of [server, engine]) each.close().closeAllConnections();
  return { status: answer.statusCode, received };
}

const upgrade = { Connection: "Upgrade", Upgrade: "h2c" };

it.each<[number, string, string, RequestOptions["headers"]?]>([
  [200, "GET", "/_ping"],
  [200, "GET", "/v1.50/images/app:1/json"],
  [200, "GET", "/v1.50/images/get?names=app"],
  [200, "POST", "/v1.50/images/load"],
  [200, "POST", "/v1.50/build?t=app&networkmode=default"],
  [200, "POST", "/v1.50/images/create?fromImage=node&tag=24"],
  [200, "POST", "/v1.50/images/127.0.0.1:4566/web/push?tag=1"],
  [101, "POST", "/v1.50/grpc", upgrade],
  [101, "POST", "/session", upgrade],
  [403, "POST", "/v1.50/containers/create"],
  [403, "POST", "/v1.50/containers/x/attach", upgrade],
  [404, "GET", "/v1.50/containers/json"],
  [404, "GET", "/images/../containers/x/json"],
  [404, "GET", "/images/%2e%2e/containers/x/json"],
  [403, "POST", "/build?networkmode=host"],
  [403, "POST", "/build", { "content-type": "application/x-www-form-urlencoded" }],
  [403, "POST", "/images/create?fromSrc=-"],
  [403, "POST", "/images/docker.io/me/app/push"],
  [403, "DELETE", "/images/app"],
  [403, "POST", "/plugins/x/enable"],
])("responds with %i to %s %s", async (status, method, path, headers) => {
  expect(await send(method, path, headers)).toMatchObject({ status });
});

it("passes on a header that BuildKit's session repeats for each of its services", async () => {
  const services = ["/moby.filesync.v1.FileSync/DiffCopy", "/moby.filesync.v1.Auth/Credentials"];
  const { received } = await send("POST", "/session", { ...upgrade, "X-Service": services });
  expect(received.filter((_, at) => received[at - 1] === "X-Service")).toEqual(services);
});
