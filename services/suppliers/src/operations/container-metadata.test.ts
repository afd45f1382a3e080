import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { readContainerMetadata } from "./container-metadata.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

const unknown = { image: null, revision: null };

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
  expect(await readContainerMetadata(environment)).toEqual({ image: expected, revision: null });
});

it("of a task definition's revision", async () => {
  const Labels = {
    "com.amazonaws.ecs.task-definition-family": "customer-microservice",
    "com.amazonaws.ecs.task-definition-version": "3",
  };
  const environment = await serve((_request, response) => response.end(JSON.stringify({ Labels })));
  expect(await readContainerMetadata(environment)).toEqual({
    image: null,
    revision: "customer-microservice:3",
  });
});

it("is unknown outside of ECS, and if the endpoint is missing, broken or silent", async () => {
  expect(await readContainerMetadata({})).toEqual(unknown);
  expect(await readContainerMetadata({ ECS_CONTAINER_METADATA_URI_V4: "http://127.0.0.1:1/" })).toEqual(
    unknown,
  );
  expect(await readContainerMetadata({ ECS_CONTAINER_METADATA_URI_V4: "nonsense" })).toEqual(unknown);
  expect(await readContainerMetadata(await serve((_request, response) => response.end("<html>")))).toEqual(
    unknown,
  );
  expect(await readContainerMetadata(await serve((_request, response) => response.write("{")), 50)).toEqual(
    unknown,
  );
});
