import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createTokens, type Grant } from "./access.ts";
import { bearerAccess, type Login, serveToken } from "./bearer.support.ts";
import { answer } from "./exchange.ts";
import type { Registry } from "./registry.ts";
import { sendBlob } from "./serve.ts";
import { serveLoopback, serveRegistry } from "./test-registry.support.ts";

interface HubOptions {
  /** Owner of the repositories `<user>/…`. */
  readonly login?: Login;
  /** Readable for their owner only; all others are public. */
  readonly privateRepositories?: readonly string[];
  /** Five minutes by default, as Docker Hub's. */
  readonly tokenLifetimeMs?: number;
}

/**
 * Starts a registry like Docker Hub. Tokens with scopes come from a service at another address, and a blob's bytes from
 * a store at a third, which accepts only its own signed URLs.
 */
export async function startHubForTests(options: HubOptions = {}) {
  const { login = { user: "me", password: "secret" }, tokenLifetimeMs = 300_000 } = options;
  const tokens = createTokens();
  const grants = grantsOf(login, options.privateRepositories ?? []);
  const tokenServer = await serveLoopback(
    (request, response) =>
      void serveToken({ tokens, lifetimeMs: tokenLifetimeMs, grants }, request, response),
  );
  const signed = new Map<string, string>();
  const blobServer = await serveLoopback((request, response) => {
    const digest = signed.get(request.url ?? "");
    if (digest === undefined) return answer(response, 403, {}, "AccessDenied");
    if (request.headers.authorization !== undefined)
      return answer(response, 400, {}, "InvalidArgument: Only one auth mechanism allowed");
    // A client may close the connection once it has all bytes, or before.
    sendStoredBlob(hub.registry, digest, request, response).catch(() => response.destroy());
  });
  // Clients treat two ports of one host name as the same place, and would send their login there.
  const blobHost = `localhost:${blobServer.port}`;
  const hub = await serveRegistry({
    access: () =>
      bearerAccess({ tokens, realm: () => `http://${tokenServer.host}/token`, service: "hub.test" }),
    newRepository: { isImmutable: () => false },
    blobMounting: true,
    blobLocation(digest) {
      const path = `/${digest}?verify=${randomUUID()}`;
      signed.set(path, digest);
      return `http://${blobHost}${path}`;
    },
  });
  return {
    ...hub,
    login,
    /** Requests to the token service and to the store of blobs. */
    tokenAsked: tokenServer.asked,
    blobAsked: blobServer.asked,
    tokenHost: tokenServer.host,
    blobHost,
    async close() {
      for (const server of [hub, tokenServer, blobServer]) await server.close();
    },
  };
}

async function sendStoredBlob(
  registry: Registry,
  digest: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = registry.blobPath(digest);
  const { size } = await stat(path);
  await sendBlob(request, response, { digest, size, content: () => createReadStream(path) });
}

function grantsOf(owner: Login, privateRepositories: readonly string[]) {
  return (login: Login | undefined, asked: readonly Grant[]): readonly Grant[] | undefined => {
    if (login && (login.user !== owner.user || login.password !== owner.password)) return undefined;
    return asked.map(({ repository, actions }) => {
      const own = login !== undefined && repository.startsWith(`${owner.user}/`);
      const readable = own || !privateRepositories.includes(repository);
      return { repository, actions: actions.filter((action) => own || (action === "pull" && readable)) };
    });
  };
}
