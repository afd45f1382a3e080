import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { readImageDigest } from "./image-digest.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener) {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/1234`,
  };
}

it.each([
  ["pinned by digest", { Image: `111122223333.dkr.ecr.us-east-1.amazonaws.com/customer@${digest}` }, digest],
  ["named by a tag", { Image: "customer:latest" }, null],
  ["not named", {}, null],
])("of an image %s", async (_, metadata, expected) => {
  const environment = await serve((_request, response) => response.end(JSON.stringify(metadata)));
  expect(await readImageDigest(environment)).toBe(expected);
});

it("is unknown outside of ECS, and if the endpoint is missing, broken or silent", async () => {
  expect(await readImageDigest({})).toBeNull();
  expect(await readImageDigest({ ECS_CONTAINER_METADATA_URI_V4: "http://127.0.0.1:1/" })).toBeNull();
  expect(await readImageDigest({ ECS_CONTAINER_METADATA_URI_V4: "nonsense" })).toBeNull();
  expect(await readImageDigest(await serve((_request, response) => response.end("<html>")))).toBeNull();
  expect(await readImageDigest(await serve((_request, response) => response.write("{")), 50)).toBeNull();
});
