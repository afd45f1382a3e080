import {
  Agent,
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from "node:http";
import type { Network } from "../network.ts";
import { sendErrorPage } from "./answers.ts";
import { type ProxySettings, requestHeaders, responseHeaders } from "./forwarded-headers.ts";
import type { PoolMember, TargetPool } from "./target-pool.ts";
import type { TrafficMeter } from "./traffic-meter.ts";

export interface ForwardContext {
  readonly network: Network;
  /** The listener's port as the API reports it. */
  readonly listenerPort: number;
  readonly settings: ProxySettings;
  /** The listener's. */
  readonly meter: TrafficMeter;
}

/**
 * A kept connection may be closed by the target just as a request leaves on it. A request that cannot be sent a
 * second time therefore never goes out on one.
 */
const freshConnections = new Agent({ keepAlive: false });

/** Safe or idempotent by RFC 9110 §9.2, and answered from the head alone. */
const repeatableMethods = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Passes one exchange through to a target of the pool, both bodies as streams. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  pool: TargetPool | undefined,
  context: ForwardContext,
): void {
  const member = countChosen(pool, context);
  if (pool === undefined || member === undefined) fail(response, 503, context);
  else send(request, response, { pool, member, context });
}

/** Chooses a target; only a request that has one counts as one (CloudWatch's RequestCount). */
export function countChosen(pool: TargetPool | undefined, { meter }: ForwardContext): PoolMember | undefined {
  const member = pool?.next();
  if (pool === undefined || member === undefined) return undefined;
  meter.countRequest();
  pool.meter.countRequest();
  return member;
}

/** Answers with the load balancer's own page and counts it. */
export function fail(response: ServerResponse, status: number, { meter }: ForwardContext): void {
  if (!response.headersSent) meter.countErrorPage(status);
  sendErrorPage(response, status);
}

interface Hop {
  readonly pool: TargetPool;
  readonly member: PoolMember;
  readonly context: ForwardContext;
}

function send(request: IncomingMessage, response: ServerResponse, hop: Hop): void {
  const { pool, member, context } = hop;
  const repeatable = !hasBody(request) && repeatableMethods.has(request.method ?? "");
  const agent = repeatable ? member.connections : freshConnections;
  const upstream = startRequest(request, member, context, agent);
  if (upstream === undefined) {
    fail(response, 502, context);
    return;
  }
  const again = () => send(request, response, { ...hop, member: pool.next() ?? member });
  exchange(request, response, upstream, { ...hop, again: repeatable ? again : undefined });
}

/** `again`, when given, sends the request anew should it have gone out on a connection already closed. */
function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: ClientRequest,
  { pool, context, again }: Hop & { readonly again: (() => void) | undefined },
): void {
  const startedAt = performance.now();
  let isOver = false;
  let bytesBefore = 0;
  if (again) {
    upstream.once("socket", (socket) => {
      bytesBefore = socket.bytesRead;
    });
  }
  const onClientGone = () => {
    if (response.writableFinished) return;
    isOver = true;
    upstream.destroy();
  };
  const giveUp = (status: number) => {
    if (isOver) return;
    isOver = true;
    stopReading(request, upstream);
    fail(response, status, context);
    upstream.destroy();
  };
  response.once("close", onClientGone);
  upstream.once("response", (targetResponse) => {
    const milliseconds = performance.now() - startedAt;
    context.meter.countTargetAnswer(targetResponse.statusCode ?? 0, milliseconds);
    pool.meter.countTargetAnswer(targetResponse.statusCode ?? 0, milliseconds);
    if (!relay(targetResponse, response)) giveUp(502);
  });
  // An upgrade that nobody asked for: Node drops the connection without an error.
  upstream.once("close", () => {
    if (!response.headersSent) giveUp(502);
  });
  upstream.once("timeout", () => giveUp(request.complete ? 504 : 408));
  upstream.on("error", (error) => {
    if (isOver || response.writableEnded) return;
    if (again === undefined || !isStale(upstream, error, bytesBefore)) {
      giveUp(502);
      return;
    }
    isOver = true;
    response.off("close", onClientGone);
    again();
  });
  if (hasBody(request)) sendBody(request, upstream);
  else upstream.end();
}

/** The head leaves together with the first bytes of the body, but does not wait for them. */
function sendBody(request: IncomingMessage, upstream: ClientRequest): void {
  request.pipe(upstream);
  setImmediate(() => {
    if (!upstream.destroyed) upstream.flushHeaders();
  });
}

/** The target had closed the kept connection: it was reset before a byte of an answer came. */
function isStale(upstream: ClientRequest, error: NodeJS.ErrnoException, bytesBefore: number): boolean {
  return (
    upstream.reusedSocket &&
    (error.code === "ECONNRESET" || error.code === "EPIPE") &&
    upstream.socket?.bytesRead === bytesBefore
  );
}

/** Undefined when nothing listens at the target's address, as when a connection is refused. */
export function startRequest(
  request: IncomingMessage,
  member: PoolMember,
  context: ForwardContext,
  agent: RequestOptions["agent"],
  extraHeaders: readonly string[] = [],
): ClientRequest | undefined {
  const socket = context.network.resolve(member.address, member.port);
  if (socket === undefined) return undefined;
  return httpRequest({
    host: socket.host,
    port: socket.port,
    method: request.method,
    path: request.url,
    headers: [...requestHeaders(request, context.listenerPort, context.settings), ...extraHeaders],
    agent,
    timeout: context.settings.idleTimeoutMs,
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return (length !== undefined && length !== "0") || headers["transfer-encoding"] !== undefined;
}

function stopReading(request: IncomingMessage, upstream: ClientRequest): void {
  if (request.complete) return;
  request.unpipe(upstream);
  request.resume();
}

/**
 * Streams the target's answer; a target that breaks off in the middle breaks the client's connection too.
 * False when the answer cannot be passed on, such as one with status 000.
 */
export function relay(targetResponse: IncomingMessage, response: ServerResponse): boolean {
  const { statusCode = 0, statusMessage } = targetResponse;
  try {
    response.writeHead(statusCode, statusMessage, responseHeaders(targetResponse));
  } catch {
    return false;
  }
  let begun = false;
  const resume = () => void targetResponse.resume();
  targetResponse.on("data", (chunk: Buffer) => {
    begun = true;
    if (response.write(chunk)) return;
    targetResponse.pause();
    response.once("drain", resume);
  });
  targetResponse.on("end", () => {
    begun = true;
    response.end();
  });
  targetResponse.on("error", () => response.destroy());
  // As with a request's body: together, but without waiting.
  setImmediate(() => {
    if (!begun && !response.destroyed) response.flushHeaders();
  });
  return true;
}
