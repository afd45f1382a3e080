import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { clientAddress } from "./client-address.ts";

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
