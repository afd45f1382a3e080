import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../../read-body.ts";
import { basicCredentials } from "../authorization.ts";
import { type Access, type Action, createTokens, type Grant, type Tokens, type Wanted } from "./access.ts";
import { answer, answerJson } from "./exchange.ts";
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

interface BearerOptions {
  readonly tokens: Tokens;
  /** URL of the token service. */
  readonly realm: () => string;
  readonly service: string;
}

/** Token authentication of the distribution project ("spec/auth/token"), as Docker Hub uses it. */
function bearerAccess({ tokens, realm, service }: BearerOptions): Access {
  return {
    refusal(request, wanted) {
      const token = bearerToken(request.headers.authorization);
      const { state, grants } = tokens.check(token, new Date());
      if (state === "valid" && allows(grants, wanted)) return undefined;
      const fields = [`realm="${realm()}"`, `service="${service}"`];
      const asked = scopeOf(wanted);
      if (asked !== undefined) fields.push(`scope="${asked}"`);
      if (token !== undefined)
        fields.push(`error="${state === "valid" ? "insufficient_scope" : "invalid_token"}"`);
      return { challenge: `Bearer ${fields.join(",")}` };
    },
  };
}

function allows(grants: readonly Grant[], { repository, action }: Wanted): boolean {
  if (repository === undefined) return true;
  return grants.some((grant) => grant.repository === repository && grant.actions.includes(action));
}

/** A push also reads: clients first check for existing content. */
function scopeOf({ repository, action }: Wanted): string | undefined {
  if (repository === undefined) return undefined;
  return `repository:${repository}:${action === "push" ? "pull,push" : action}`;
}

interface Login {
  readonly user: string;
  readonly password: string;
}

interface TokenService {
  readonly tokens: Tokens;
  readonly lifetimeMs: number;
  /** Returns the grants, among those requested, of a login or of an anonymous client; undefined for a wrong login. */
  grants(login: Login | undefined, asked: readonly Grant[]): readonly Grant[] | undefined;
}

/** Bytes. */
const largestForm = 64 * 1024;

/** GET with Basic and a query, or POST with a form ("spec/auth/oauth"). */
async function serveToken(
  { tokens, lifetimeMs, grants }: TokenService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const posted = request.method === "POST" ? await readBody(request, largestForm) : undefined;
  const form = new URLSearchParams(posted?.toString() ?? request.url?.split("?")[1]);
  const asked = form.getAll("scope").flatMap((scope) => scope.split(" ").flatMap(parseScope));
  const granted = grants(loginOf(request, form), asked);
  if (!granted) return answerJson(response, 401, { details: "incorrect username or password" });
  const now = Date.now();
  const token = tokens.issue(new Date(now + lifetimeMs), granted);
  answerJson(response, 200, {
    token,
    access_token: token,
    expires_in: Math.floor(lifetimeMs / 1000),
    issued_at: new Date(now).toISOString(),
  });
}

function loginOf(request: IncomingMessage, form: URLSearchParams): Login | undefined {
  const [user, password] = basicCredentials(request.headers.authorization);
  // Some clients send empty credentials if they have none.
  if (user && password !== undefined) return { user, password };
  const named = form.get("grant_type") === "password" ? form.get("username") : null;
  return named === null ? undefined : { user: named, password: form.get("password") ?? "" };
}

const actions: readonly string[] = ["pull", "push", "delete"] satisfies Action[];

function parseScope(scope: string): Grant[] {
  const [, repository, wanted] = /^repository:(.+):([a-z,*]+)$/.exec(scope) ?? [];
  if (repository === undefined || wanted === undefined) return [];
  const all = wanted === "*" ? actions : wanted.split(",").filter((action) => actions.includes(action));
  return [{ repository, actions: all as Action[] }];
}

/** RFC 6750. */
function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}
