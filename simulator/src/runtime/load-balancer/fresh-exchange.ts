import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { requestHeaders, responseHeaders } from "./forwarded-headers.ts";
import { countAnswer, type ForwardContext, fail, type Hop, timeOut } from "./hop.ts";
import type { PoolMember } from "./target-pool.ts";

/** Passes a request through, its body streamed, on a new connection to its target. */
export function exchangeOnFresh(request: IncomingMessage, response: ServerResponse, hop: Hop): void {
  const { member, context } = hop;
  if (context.isTargetClosed(member)) return void timeOut(response, hop);
  const upstream = startRequest(request, member, context);
  if (upstream === undefined) {
    fail(response, 502, context);
    return;
  }
  const startedAt = performance.now();
  let isOver = false;
  const giveUp = (status: number) => {
    if (isOver) return;
    isOver = true;
    stopReading(request, upstream);
    fail(response, status, context);
    upstream.destroy();
  };
  response.once("close", () => {
    if (response.writableFinished) return;
    isOver = true;
    upstream.destroy();
  });
  upstream.once("response", (targetResponse) => {
    countAnswer(hop, targetResponse.statusCode ?? 0, startedAt);
    if (!relay(targetResponse, response)) giveUp(502);
  });
  // An unrequested upgrade: Node drops the connection without an error.
  upstream.once("close", () => {
    if (!response.headersSent) giveUp(502);
  });
  upstream.once("timeout", () => giveUp(request.complete ? 504 : 408));
  upstream.on("error", () => {
    if (!response.writableEnded) giveUp(502);
  });
  if (hasBody(request)) sendBody(request, upstream);
  else upstream.end();
}

/** Sends the head together with the first bytes of the body, but does not wait for them. */
function sendBody(request: IncomingMessage, upstream: ClientRequest): void {
  request.pipe(upstream);
  setImmediate(() => {
    if (!upstream.destroyed) upstream.flushHeaders();
  });
}

/** Returns undefined when no server listens at the target's address, as for a refused connection. */
function startRequest(
  request: IncomingMessage,
  member: PoolMember,
  context: ForwardContext,
): ClientRequest | undefined {
  const socket = context.network.resolve(member.address, member.port);
  if (socket === undefined) return undefined;
  return httpRequest({
    host: socket.host,
    port: socket.port,
    method: request.method,
    path: request.url,
    headers: requestHeaders(request, context.listenerPort),
    agent: false,
    timeout: context.idleTimeout,
  });
}

export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return (length !== undefined && length !== "0") || headers["transfer-encoding"] !== undefined;
}

function stopReading(request: IncomingMessage, upstream: ClientRequest): void {
  if (request.complete) return;
  request.unpipe(upstream);
  request.resume();
}

/**
 * Streams the target's response; if the target disconnects during the response, the client's connection is cut too.
 * Returns false when the response cannot be passed on, such as one with status 000.
 */
function relay(targetResponse: IncomingMessage, response: ServerResponse): boolean {
  const { statusCode = 0, statusMessage, rawHeaders, headers } = targetResponse;
  try {
    response.writeHead(statusCode, statusMessage, responseHeaders(rawHeaders, headers.connection));
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
