import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, it } from "vitest";
import type { Clock } from "../clock.ts";
import { registryUrl } from "./address.ts";
import type { Credentials } from "./authorization.ts";
import { createRegistryClient } from "./client.ts";
import { digestOf } from "./digest.ts";
import { dockerCredentials } from "./docker-credentials.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

/** A registry that answers as told, once per request; it records what was asked. */
async function serve(answer: Answer, credentials?: Credentials) {
  const asked: string[] = [];
  const waits: number[] = [];
  const server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response, await text(request));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ended.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock: Clock = { now: Date.now, wait: async (ms) => void waits.push(ms) };
  const secrets: string[] = [];
  const mask = (secret: string) => void secrets.push(secret);
  const signal = new AbortController().signal;
  return {
    host,
    asked,
    waits,
    secrets,
    client: createRegistryClient({ host, credentials, clock, signal, mask }),
  };
}

const manifest = `{"schemaVersion":2}`;
const digest = digestOf(manifest);

it.each([
  ["anonymously", undefined, undefined],
  ["with a login", { user: "me", password: "a:b" }, `Basic ${Buffer.from("me:a:b").toString("base64")}`],
])("answers a bearer challenge %s and keeps the token", async (_, credentials, expected) => {
  let offered: string | undefined;
  const { client, asked, secrets, host } = await serve((request, response) => {
    if (request.url?.startsWith("/token")) {
      offered = request.headers.authorization;
      return response.end(JSON.stringify({ token: "t0k3n" }));
    }
    if (request.headers.authorization === "Bearer t0k3n") return response.end(manifest);
    const challenge = `Bearer realm="http://${host}/token",service="hub",scope="ignored"`;
    response.writeHead(401, { "WWW-Authenticate": challenge }).end();
  }, credentials);
  expect(await client.getManifest("library/node", digest)).toMatchObject({ digest });
  await client.getManifest("library/node", digest);
  expect(offered).toBe(expected);
  expect(secrets).toEqual(["t0k3n"]);
  expect(asked).toEqual([
    `GET /v2/library/node/manifests/${digest}`,
    "GET /token?service=hub&scope=repository%3Alibrary%2Fnode%3Apull",
    `GET /v2/library/node/manifests/${digest}`,
    `GET /v2/library/node/manifests/${digest}`,
  ]);
});

it("says that a login is missing", async () => {
  const { client, host } = await serve((_, response) =>
    response.writeHead(401, { "WWW-Authenticate": `Basic realm="x"` }).end(),
  );
  await expect(client.getManifest("private", digest)).rejects.toMatchObject({
    message: `The registry ${host} refused access to private`,
    nextStep: expect.stringContaining("docker/login-action"),
  });
});

it("does not send a login over an unencrypted way to a token server", async () => {
  const { client } = await serve((_, response) =>
    response.writeHead(401, { "WWW-Authenticate": `Bearer realm="http://example.com/token"` }).end(),
  );
  await expect(client.getManifest("x", digest)).rejects.toThrow("which is not https");
});

it("tries a registry's fault again, twice", async () => {
  const { client, asked, waits, host } = await serve((_, response) => response.writeHead(503).end("busy"));
  await expect(client.getManifest("x", "v1")).rejects.toMatchObject({
    message: `The registry ${host} refused GET /v2/x/manifests/v1 (status 503)`,
    nextStep: expect.stringContaining("run the job again"),
  });
  expect([asked.length, waits]).toEqual([3, [1000, 3000]]);
});

it("begins an upload anew that broke off, and sends its bytes again", async () => {
  const bodies: string[] = [];
  const { client, asked } = await serve((request, response, body) => {
    if (request.method === "PATCH") bodies.push(body);
    const status = { POST: 202, PATCH: bodies.length === 1 ? 500 : 202, PUT: 201 }[request.method as "PUT"];
    response.writeHead(status, { Location: `/upload/${asked.length}` }).end();
  });
  let opened = 0;
  await client.uploadBlob("x", digest, async function* () {
    opened += 1;
    yield Buffer.from("hello ");
    yield Buffer.from("world");
  });
  expect([opened, bodies]).toEqual([2, ["hello world", "hello world"]]);
  expect(asked.at(-1)).toBe(`PUT /upload/4?digest=${encodeURIComponent(digest)}`);
});

it("takes a redirect of HEAD for a blob that is there, and follows that of GET without the login", async () => {
  const elsewhere = await serve((request, response) => response.end(String(request.headers.authorization)));
  const { client } = await serve(
    (_, response) => response.writeHead(307, { Location: `http://${elsewhere.host}/blob` }).end(),
    { user: "AWS", password: "secret" },
  );
  expect(await client.hasBlob("x", digest)).toBe(true);
  expect(elsewhere.asked).toEqual([]);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await client.openBlob("x", digest)) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe("undefined");
});

it("does not believe a manifest of another digest", async () => {
  const { client } = await serve((_, response) => response.end("{}"));
  await expect(client.getManifest("x", digest)).rejects.toThrow(`answered ${digestOf("{}")} for x@${digest}`);
});

it.each([
  ["127.0.0.1:4566", "http://127.0.0.1:4566"],
  ["localhost:5000", "http://localhost:5000"],
  ["[::1]:5000", "http://[::1]:5000"],
  ["127.0.0.1.example.com", "https://127.0.0.1.example.com"],
  ["123456789012.dkr.ecr.us-east-1.amazonaws.com", "https://123456789012.dkr.ecr.us-east-1.amazonaws.com"],
])("reaches %s at %s", (host, url) => {
  expect(registryUrl(host)).toBe(url);
});

it("reads the logins that Docker keeps", async () => {
  const folder = await mkdtemp(join(tmpdir(), "build-image-docker-"));
  ended.push(() => rm(folder, { recursive: true }));
  const auth = Buffer.from("me:a:b").toString("base64");
  const config = { auths: { "ghcr.io": { auth }, "https://index.docker.io/v1/": { auth } } };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  const variables = { DOCKER_CONFIG: folder };
  const me = { user: "me", password: "a:b" };
  expect(await dockerCredentials("ghcr.io", variables)).toEqual(me);
  expect(await dockerCredentials("registry-1.docker.io", variables)).toEqual(me);
  expect(await dockerCredentials("quay.io", variables)).toBeUndefined();
  expect(await dockerCredentials("quay.io", { DOCKER_CONFIG: "/nowhere" })).toBeUndefined();
  await writeFile(join(folder, "config.json"), "{");
  await expect(dockerCredentials("quay.io", variables)).rejects.toThrow("config.json is not JSON");
});
