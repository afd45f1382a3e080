import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { exchangeOnFresh, hasBody } from "./fresh-exchange.ts";
import {
  type Answer,
  countChosen,
  type ForwardContext,
  fail,
  type Hop,
  rawErrorPage,
  sendAnswer,
} from "./hop.ts";
import { exchangeOnKept } from "./kept-exchange.ts";
import type { TargetPool } from "./target-pool.ts";
import { createTrafficMeter, type TrafficMeter } from "./traffic-meter.ts";

/** A rule's action for a request: pass it on, or respond to it. */
type RouteAction =
  | { readonly type: "forward"; choosePool(): TargetPool | undefined }
  | { readonly type: "answer"; readonly answer: Answer };

export interface Route {
  matches(request: IncomingMessage): boolean;
  readonly action: RouteAction;
}

interface ListenerServerOptions
  extends Pick<ForwardContext, "network" | "clock" | "isTargetClosed" | "idleTimeout"> {
  /** Its port on 127.0.0.1. */
  readonly servedPort: number;
  /** The port as the API reports it. */
  readonly listenerPort: number;
  /** Whether the packets of a new client are dropped; undefined if they never are. */
  readonly isClosed?: (() => boolean) | undefined;
  /** In order of priority; the last one takes all remaining requests. */
  readonly routes: readonly Route[];
}

export interface ListenerServer {
  readonly meter: TrafficMeter;
  /** Applies to the next request; requests in progress are not affected. */
  setRoutes(routes: readonly Route[]): void;
  setIdleTimeout(ms: number): void;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Maximum of all request header fields together (quotas of Application Load Balancers, "HTTP headers"). */
const maxHeaderBytes = 64 * 1024;

/** Rejects with Node's own error (EADDRINUSE, EACCES) when the port is not available. */
export async function startListenerServer(options: ListenerServerOptions): Promise<ListenerServer> {
  let { routes } = options;
  const meter = createTrafficMeter();
  let context: ForwardContext = { ...options, meter };
  const route = (request: IncomingMessage): RouteAction | undefined =>
    routes.find(({ matches }) => matches(request))?.action;

  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, requestTimeout: 0, requireHostHeader: false },
    (request, response) => {
      const refusal = refusedStatus(request);
      if (refusal !== undefined) return fail(response, refusal, context);
      perform(route(request), request, response, context);
    },
  );
  server.on("connect", (_request, socket) => socket.end(rawErrorPage(400)));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const status = answerClientError(error, socket);
    if (status !== undefined) meter.countErrorPage(status);
  });

  const setIdleTimeout = (idleTimeout: number) => {
    context = { ...context, idleTimeout };
    server.keepAliveTimeout = idleTimeout;
    server.headersTimeout = idleTimeout;
  };
  setIdleTimeout(options.idleTimeout);
  const held = options.isClosed && holdClients(server, options.isClosed, () => context.idleTimeout);
  await listen(server, options.servedPort);
  return {
    meter,
    setRoutes: (next) => {
      routes = next;
    },
    setIdleTimeout,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of held ?? []) socket.destroy();
      }),
  };
}

/**
 * Holds the connections of clients whose packets AWS drops: the system has accepted them, and they get no response until
 * the idle timeout resets them. Returns those that are held.
 */
function holdClients(server: Server, isClosed: () => boolean, idleTimeout: () => number): Set<Socket> {
  const held = new Set<Socket>();
  const serve = server.listeners("connection");
  server.removeAllListeners("connection").on("connection", (socket) => {
    if (!isClosed()) return serve.forEach((each) => void each.call(server, socket));
    held.add(socket);
    socket.on("error", () => {}).once("close", () => held.delete(socket));
    socket.setTimeout(idleTimeout(), () => socket.resetAndDestroy());
    // Notices when the client gives up.
    socket.resume();
  });
  return held;
}

function perform(
  action: RouteAction | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  context: ForwardContext,
): void {
  if (action?.type === "forward") forward(request, response, action.choosePool(), context);
  else if (action?.type === "answer") sendAnswer(response, action.answer);
  else fail(response, 503, context);
}

/** Requests a load balancer does not pass on (guide, "Troubleshoot": HTTP 400, 405, 501). */
function refusedStatus({ headers, httpVersion, method }: IncomingMessage): number | undefined {
  if (headers.host === undefined && httpVersion === "1.1") return 400;
  if (method === "TRACE") return 405;
  const encoding = headers["transfer-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "chunked") return 501;
  return undefined;
}

/** Returns the status of the page; undefined when the client has disconnected. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): number | undefined {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const status = error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  socket.end(rawErrorPage(status));
  return status;
}

/**
 * Connections that may wait to be accepted, Linux's own limit. On a busy machine, the system drops some of a larger
 * number, and their clients try again after up to half a minute.
 */
const backlog = 4096;

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port, backlog }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/**
 * Methods that are safe or idempotent by RFC 9110 §9.2, with a response that depends on the head alone. The target may
 * close a kept connection just as a request is sent on it, so only requests that can be repeated use one.
 */
const repeatableMethods = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Passes one exchange through to a target of the pool, both bodies as streams. */
function forward(
  request: IncomingMessage,
  response: ServerResponse,
  pool: TargetPool | undefined,
  context: ForwardContext,
): void {
  const member = countChosen(pool, context);
  if (pool === undefined || member === undefined) fail(response, 503, context);
  else if (hasBody(request) || !repeatableMethods.has(request.method ?? "") || !hasPath(request))
    exchangeOnFresh(request, response, { pool, member, context });
  else repeatable(request, response, { pool, member, context });
}

/** Excludes the whole server's `*`, which undici refuses, and absolute addresses (RFC 9112 §3.2). */
function hasPath({ url }: IncomingMessage): boolean {
  return url?.startsWith("/") ?? false;
}

function repeatable(request: IncomingMessage, response: ServerResponse, hop: Hop): void {
  const again = () => repeatable(request, response, { ...hop, member: hop.pool.next() ?? hop.member });
  exchangeOnKept(request, response, hop, again);
}
