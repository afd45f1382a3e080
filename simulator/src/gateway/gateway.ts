import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { studentArn } from "../access-keys.ts";
import type { Environment } from "../environment.ts";
import { refuseForeign } from "../local-requests.ts";
import { readBody } from "../read-body.ts";
import { type GitServer, gitPath, serveGit } from "../runtime/git/serve-git.ts";
import type { FaultStrikes } from "./faults.ts";
import { ConnectionCut, denied, strikeAfter, strikeBefore } from "./faults.ts";
import { failTooLarge, type GatewayServices, perform } from "./perform.ts";
import { type Message, signedScope } from "./signature.ts";
import { jsonErrors } from "./wire.ts";

export interface Gateway {
  readonly port: number;
  /** Leads browsers that open the root to this address, from now on. */
  showPage(address: string): void;
  close(): Promise<void>;
}

interface GatewayOptions extends Pick<GatewayServices, "services" | "expiredAccessKeys" | "faults"> {
  readonly environment: Environment;
  /** 0 selects a free one. */
  readonly port: number;
}

/**
 * The only address of the simulated AWS: the API of every service, the registry under `/v2/`, and Git under
 * `/v1/repos/`. Tasks that do not share this machine's loopback use the same port at their address of this machine.
 */
export async function startGateway(given: GatewayOptions): Promise<Gateway> {
  const options: Serving = { ...given, page: undefined };
  const { environment } = options;
  const first = await serve(options, environment.gateway.host, options.port);
  const { port } = first.address() as AddressInfo;
  const servers = [first];
  const { hostAddress } = environment.taskRuntime;
  try {
    if (hostAddress !== environment.gateway.host) servers.push(await serve(options, hostAddress, port));
  } catch (error) {
    await end(first);
    throw error;
  }
  return {
    port,
    showPage(address) {
      options.page = address;
    },
    close: async () => void (await Promise.all(servers.map(end))),
  };
}

interface Serving extends GatewayOptions {
  /** Address of a page that shows the account. */
  page: string | undefined;
}

async function end(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}

async function serve(options: Serving, host: string, port: number): Promise<Server> {
  const { environment } = options;
  const hosts = [environment.gateway.host, environment.taskRuntime.hostAddress];
  const listener: RequestListener = (request, response) => {
    handle(options, request, response).catch((error: Error) => {
      if (error instanceof ConnectionCut) return request.socket.destroy();
      // The client disconnected during the response.
      if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return;
      environment.warn(`${request.method} ${request.url} failed: ${error.stack ?? error}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  };
  // A large push or upload may take longer than Node's limit of five minutes for a request. On a busy machine, a client
  // may be about to use a connection that Node's limit of five idle seconds ends.
  const limits = { requestTimeout: 0, keepAliveTimeout: 65_000 };
  const server = createServer(limits, refuseForeign(hosts, listener));
  await listen(server, host, port);
  return server;
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(
      `port ${port} on ${host} is taken by another program (a simulator still running?): end it, or choose another port with --port`,
      { cause: error },
    );
  }
}

async function handle(options: Serving, request: IncomingMessage, response: ServerResponse) {
  const { environment, services, expiredAccessKeys, faults, page } = options;
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (page && path === "/" && isBrowser(request))
    return void response.writeHead(302, { Location: page }).end();
  if (path === "/v2" || path.startsWith("/v2/")) return environment.registry.handle(request, response);
  if (path.startsWith(gitPath)) return serveGit(gitServer(options), request, response);
  // Served here in place of the identity providers, from which AWS fetches it.
  if (path === "/.well-known/jwks")
    return void response.end(JSON.stringify({ keys: Object.values(environment.identityKeys).flat() }));
  const requestId = randomUUID();
  const { method = "GET", url = "/", headers } = request;
  const message = { method, url, headers, sourceIp: request.socket.remoteAddress ?? "", requestId };
  const limit = bodyLimit(message);
  const received = await readBody(request, limit);
  const reply = received
    ? await perform({ services, expiredAccessKeys, faults, ...environment }, { ...message, body: received })
    : failTooLarge(message, limit);
  const { body } = reply;
  response.writeHead(reply.statusCode, {
    "Content-Type": reply.contentType,
    ...(body instanceof Readable ? {} : { "Content-Length": Buffer.byteLength(body) }),
    "x-amzn-RequestId": requestId,
    ...reply.headers,
  });
  if (body instanceof Readable) await pipeline(body, response);
  else response.end(body);
}

/** Clients of AWS sign their requests; S3's also send GET to the root. */
function isBrowser({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && !headers.authorization && /\btext\/html\b/.test(headers.accept ?? "");
}

function gitServer({ environment, faults }: GatewayOptions): GitServer {
  const { accessKeys, clock, git, region } = environment;
  const permit = permitUnlessStruck(faults, environment);
  return { accessKeys, git, region, permit, now: () => clock.now() };
}

const mebibyte = 1024 * 1024;

/** Larger than the services' own quotas, so that a service refuses larger content with its own message. */
const bodyLimits: Readonly<Record<string, number>> = {
  // Limit for a commit of 20 MB of files, in base64.
  codecommit: 32 * mebibyte,
  // Limit for a manifest of 4 MiB, quoted.
  ecr: 8 * mebibyte,
  // Lambda's documented limit for CreateFunction.
  lambda: 70_167_211,
  // AWS accepts 5 GiB at once; here an object passes through memory. Clients send large ones in parts.
  s3: 128 * mebibyte,
};

/** Returns the maximum bytes of the body of an API request. */
function bodyLimit(message: Pick<Message, "headers">): number {
  return bodyLimits[signedScope(message)?.service ?? ""] ?? 2 * mebibyte;
}

/** HTTP errors, the only ones that git shows. */
const gitErrors = {
  ...jsonErrors,
  denied: { code: "AccessDenied", statusCode: 403 },
  throttled: { code: "Throttling", statusCode: 429 },
};

/** Faults apply to Git's requests under the names of the required permissions: codecommit:GitPull and GitPush. */
function permitUnlessStruck(
  faults: FaultStrikes,
  { accountId, region, permissions }: Environment,
): GitServer["permit"] {
  return async (operation, { accessKeyId, arn = studentArn(accountId) }, repository) => {
    const call = { service: "codecommit", operation, accessKeyId } as const;
    const striking = faults.strike(call);
    await strikeBefore(striking, { ...call, callerArn: async () => arn }, gitErrors);
    const resource = `arn:aws:codecommit:${region}:${accountId}:${repository}`;
    const refusal = permissions.refusalOf(arn, { action: `codecommit:${operation}`, resource });
    if (refusal !== undefined) throw denied(gitErrors, refusal);
    return () => strikeAfter(striking);
  };
}
