import type { RequestListener } from "node:http";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import type { Clock } from "../core/pace.ts";
import type { AuthorizationOptions } from "./authorization.ts";
import { createRegistryClient } from "./client.ts";
import { registryUrl } from "./exchange.ts";
import { serveForTest } from "./faulty-registry.support.ts";
import { blobOf, digestOf } from "./oci.ts";
import type { Credentials } from "./token.ts";

/** Starts a registry that responds by `answer`, once per request; it records the requests. */
async function serve(answer: RequestListener, options: Partial<AuthorizationOptions> = {}) {
  const asked: string[] = [];
  const host = await serveForTest(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    await buffer(request);
    answer(request, response);
  });
  const secrets: string[] = [];
  const client = createRegistryClient({
    host,
    credentials: undefined,
    clock: { now: Date.now, wait: async () => {} },
    signal: new AbortController().signal,
    mask: (secret) => void secrets.push(secret),
    log: { info: () => {} },
    ...options,
  });
  return { host, asked, secrets, client };
}

const manifest = `{"schemaVersion":2}`;
const digest = digestOf(manifest);
const me: Credentials = { user: "me", password: "a:b" };
const encoded = ({ user, password }: Credentials) => Buffer.from(`${user}:${password}`).toString("base64");
const basicOf = (credentials: Credentials) => `Basic ${encoded(credentials)}`;

/** Starts a registry with a token service, whose tokens are `1`, `2`, …; `accept` says which it accepts. */
async function serveWithTokens(
  accept: (header: string | undefined) => boolean,
  options: Partial<AuthorizationOptions> = {},
) {
  let tokens = 0;
  const offered: (string | undefined)[] = [];
  const registry = await serve((request, response) => {
    if (request.url?.startsWith("/token")) {
      offered.push(request.headers.authorization);
      tokens += 1;
      return response.end(JSON.stringify({ token: String(tokens), expires_in: 10 }));
    }
    if (accept(request.headers.authorization)) return response.end(manifest);
    const challenge = `Bearer realm="http://${registry.host}/token",service="hub",scope="ignored"`;
    response.writeHead(401, { "WWW-Authenticate": challenge }).end();
  }, options);
  return { ...registry, offered };
}

it.each([
  ["anonymously", undefined, undefined],
  ["with a login", me, basicOf(me)],
])("responds to a bearer challenge %s and keeps the token", async (_, credentials, expected) => {
  const { client, asked, secrets, offered } = await serveWithTokens((header) => header === "Bearer 1", {
    credentials,
  });
  expect(await client.getManifest("library/node", digest)).toMatchObject({ digest });
  await client.getManifest("library/node", digest);
  expect(offered).toEqual([expected]);
  expect(secrets).toEqual([...(credentials ? ["a:b", encoded(credentials)] : []), "1"]);
  expect(asked).toEqual([
    `GET /v2/library/node/manifests/${digest}`,
    "GET /token?service=hub&scope=repository%3Alibrary%2Fnode%3Apull",
    `GET /v2/library/node/manifests/${digest}`,
    `GET /v2/library/node/manifests/${digest}`,
  ]);
});

it("requests once a token that several requests need, with the rights that pushing needs", async () => {
  const { client, asked } = await serveWithTokens((header) => header !== undefined);
  await Promise.all([1, 2, 3].map((each) => client.hasBlob("app", digestOf(String(each)))));
  await client.getManifest("app", "latest");
  expect(asked.filter((line) => line.includes("/token"))).toEqual([
    "GET /token?service=hub&scope=repository%3Aapp%3Apull%2Cpush",
  ]);
});

it("requests the right to read the repository that a blob is mounted from", async () => {
  const { client, asked } = await serveWithTokens((header) => header !== undefined);
  await client.pushBlob("app", blobOf(digest, Buffer.from(manifest)), "base").catch(() => {});
  expect(asked[1]).toBe(
    "GET /token?service=hub&scope=repository%3Aapp%3Apull%2Cpush&scope=repository%3Abase%3Apull",
  );
});

it("uses a token for the 60 seconds that each one lasts at least", async () => {
  let now = 0;
  const clock: Clock = { now: () => now, wait: async () => {} };
  const { client, offered } = await serveWithTokens((header) => header !== undefined, { clock });
  for (now of [0, 59_999, 60_000]) {
    await client.getManifest("app", "latest");
    expect(offered).toHaveLength(now < 60_000 ? 1 : 2);
  }
});

it("gets another token when the current one is no longer accepted", async () => {
  let valid = "Bearer 1";
  const { client, asked } = await serveWithTokens((header) => header === valid);
  await client.getManifest("app", "latest");
  valid = "Bearer 2";
  expect(await client.getManifest("app", "latest")).toBeDefined();
  valid = "none";
  await expect(client.getManifest("app", "latest")).rejects.toThrow("refused access to app");
  expect(asked.filter((line) => line.includes("/token"))).toHaveLength(3);
});

it("quotes nothing of a token that it cannot read", async () => {
  const registry = await serve((request, response) => {
    if (request.url?.startsWith("/token")) return response.end("token=SECRET");
    const challenge = `Bearer realm="http://${registry.host}/token"`;
    response.writeHead(401, { "WWW-Authenticate": challenge }).end();
  });
  await expect(registry.client.getManifest("app", "latest")).rejects.toThrow(
    `The token service of ${registry.host} did not return JSON`,
  );
});

it.each([
  [
    "as ECR",
    403,
    `{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}`,
  ],
  ["as others", 401, ""],
])("logs in again when a registry reports that the login has expired, %s", async (_, status, body) => {
  const renewed: Credentials = { user: "AWS", password: "new" };
  const { client, asked, secrets } = await serve(
    (request, response) => {
      if (request.headers.authorization === basicOf(renewed)) return response.end(manifest);
      response.writeHead(status, { "WWW-Authenticate": `Basic realm="x"` }).end(body);
    },
    { credentials: { user: "AWS", password: "old" }, renewCredentials: async () => renewed },
  );
  expect(await client.getManifest("app", "latest")).toBeDefined();
  expect(asked).toHaveLength(2);
  expect(secrets).toEqual(["old", encoded({ user: "AWS", password: "old" }), "new", encoded(renewed)]);
});

it("reports a missing login", async () => {
  const { client, host } = await serve((_, response) =>
    response.writeHead(401, { "WWW-Authenticate": `Basic realm="x"` }).end(),
  );
  await expect(client.getManifest("private", digest)).rejects.toMatchObject({
    message: `The registry ${host} refused access to private`,
    nextStep: expect.stringContaining("docker/login-action"),
  });
});

it("does not send a login over an unencrypted connection to a token server", async () => {
  const { client } = await serve((_, response) =>
    response.writeHead(401, { "WWW-Authenticate": `Bearer realm="http://example.com/token"` }).end(),
  );
  await expect(client.getManifest("x", digest)).rejects.toThrow("which is not https");
});

it("takes a redirect of HEAD as an existing blob, and follows that of GET without the login", async () => {
  const elsewhere = await serve((request, response) => response.end(String(request.headers.authorization)));
  const { client } = await serve(
    (_, response) => response.writeHead(307, { Location: `http://${elsewhere.host}/blob` }).end(),
    { credentials: { user: "AWS", password: "secret" } },
  );
  expect(await client.hasBlob("x", digest)).toBe(true);
  expect(elsewhere.asked).toEqual([]);
  const blob = { digest: digestOf("undefined"), size: 9 };
  expect((await buffer(client.openBlob("x", blob))).toString()).toBe("undefined");
});

it("sends an upload that continues elsewhere without the login", async () => {
  const elsewhere = await serve((request, response) => {
    response.writeHead(201, { Saw: String(request.headers.authorization) }).end();
  });
  const headers: unknown[] = [];
  const { client } = await serve(
    (request, response) => {
      headers.push(request.headers.authorization);
      response.writeHead(202, { Location: `http://${elsewhere.host}/upload` }).end();
    },
    { credentials: me },
  );
  await client.pushBlob("x", blobOf(digest, Buffer.from(manifest)));
  expect(headers).toEqual([basicOf(me)]);
  expect(elsewhere.asked).toEqual([`PUT /upload?digest=${encodeURIComponent(digest)}`]);
});

it("rejects a manifest with another digest", async () => {
  const { client } = await serve((_, response) => response.end("{}"));
  await expect(client.getManifest("x", digest)).rejects.toThrow(`returned ${digestOf("{}")} for x@${digest}`);
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
