import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import type { Log } from "../log.ts";

/** Data about a request before its response. */
export interface Exchange {
  /** Also the response's X-Request-Id, and on error pages. */
  readonly requestId: string;
  /** X-Amzn-Trace-Id as a load balancer of AWS sent it: `Root=1-…`. */
  readonly traceId: string | undefined;
  readonly client: string;
  readonly method: string;
  /** Without the query, which holds a visitor's search and is private. */
  readonly path: string;
}

export interface Answer {
  readonly status: number;
  /** From the request's headers to the last byte of the response passed to the network. */
  readonly durationMs: number;
  /** Size of headers and body. */
  readonly bytes: number;
  /** False when the client had gone, or was cut off, before the end. */
  readonly complete: boolean;
}

/** Format of ids from browsers, proxies and tracing libraries; any other text of a visitor must not be in the log. */
const wellFormedId = /^[\w=-]{1,128}$/;
/** A trace header is a few fields of `key=value`; a longer one is invalid. */
const wellFormedTrace = /^[\w=;:-]{1,256}$/;

export function describeRequest(request: IncomingMessage): Exchange {
  const id = request.headers["x-request-id"];
  const trace = request.headers["x-amzn-trace-id"];
  const [path = ""] = (request.url ?? "").split("?", 1);
  return {
    requestId: typeof id === "string" && wellFormedId.test(id) ? id : randomUUID(),
    traceId: typeof trace === "string" && wellFormedTrace.test(trace) ? trace : undefined,
    client: clientAddress(request),
    method: request.method ?? "",
    path,
  };
}

/**
 * The exchange that a handler takes part in; a test that calls the app directly may leave out what it does not need.
 */
export const exchangeOf = (c: Context): Partial<Exchange> => c.env ?? {};

/** Private, loopback and link-local addresses (RFC 1918, 3927, 4193, 4291, 6598). */
const privateAddress =
  /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)|^::1$|^f[cd]|^fe[89ab]/i;

/**
 * Returns the visitor's address. A load balancer appends the address of its client to X-Forwarded-For; any client can
 * forge the entries before it. From outside the private network, the whole header is ignored, since no load balancer of
 * ours is there.
 */
export function clientAddress({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): string {
  // A socket for both versions of IP writes an IPv4 address behind this prefix.
  const peer = socket.remoteAddress?.replace("::ffff:", "") ?? "unknown";
  const forwarded = headers["x-forwarded-for"];
  if (forwarded === undefined || !privateAddress.test(peer)) return peer;
  // Node joins repeated headers of this name with a comma.
  const last = String(forwarded).split(",").at(-1)?.trim();
  return last || peer;
}

/** Logs one line for a finished request: 5xx is an error of the service, 4xx is a warning. */
export function logAccess(
  log: Log,
  exchange: Exchange,
  { status, durationMs, bytes, complete }: Answer,
): void {
  const { requestId, traceId, client, method, path } = exchange;
  const level = status >= 500 ? "error" : status >= 400 ? "warn" : "info";
  log[level](
    {
      requestId,
      traceId,
      client,
      method,
      path,
      status,
      durationMs: Math.round(durationMs * 100) / 100,
      bytes,
      // Logged only if false: nearly every response is complete.
      complete: complete ? undefined : false,
    },
    `${method} ${path} ${status}`,
  );
}
