import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Fields that end at the next hop (RFC 9110 §7.6.1), in addition to those in Connection. */
function endsHere(name: string): boolean {
  switch (name) {
    case "connection":
    case "keep-alive":
    case "proxy-connection":
    case "te":
    case "trailer":
    case "transfer-encoding":
    case "upgrade":
      return true;
    default:
      return false;
  }
}

/**
 * Returns the fields of the request for the target, as alternating names and values in the client's order and case.
 * Host is passed on unchanged: the client's port is not the listener's, since listeners are served at an offset.
 */
export function requestHeaders(request: IncomingMessage, listenerPort: number): string[] {
  const { rawHeaders } = request;
  const named = namedByConnection(request.headers.connection);
  const headers: string[] = [];
  let forwardedFor = "";
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    const value = rawHeaders[at + 1] as string;
    const lower = name.toLowerCase();
    if (lower === "x-forwarded-for") forwardedFor = forwardedFor === "" ? value : `${forwardedFor}, ${value}`;
    else if (!endsHere(lower) && !replaced(lower) && !named?.has(lower)) headers.push(name, value);
  }
  const { remoteAddress = "" } = request.socket;
  headers.push("X-Forwarded-For", forwardedFor === "" ? remoteAddress : `${forwardedFor}, ${remoteAddress}`);
  headers.push("X-Forwarded-Proto", "http", "X-Forwarded-Port", String(listenerPort));
  headers.push("X-Amzn-Trace-Id", traceId(request.headers["x-amzn-trace-id"] as string | undefined));
  if (request.headers["transfer-encoding"] !== undefined) headers.push("Transfer-Encoding", "chunked");
  return headers;
}

/** Fields that the load balancer sets itself; it has already responded to Expect. */
function replaced(name: string): boolean {
  switch (name) {
    case "x-forwarded-proto":
    case "x-forwarded-port":
    case "x-amzn-trace-id":
    case "expect":
      return true;
    default:
      return false;
  }
}

function namedByConnection(connection: string | undefined): Set<string> | undefined {
  if (connection === undefined) return undefined;
  const value = connection.toLowerCase();
  if (value === "keep-alive" || value === "close" || value === "upgrade") return undefined;
  const named = new Set(value.split(",").map((name) => name.trim()));
  // A client cannot drop fields for framing and routing.
  for (const kept of ["content-length", "host"]) named.delete(kept);
  return named;
}

/** Returns the fields of the target's response for the client, without framing fields: Node frames the body again. */
export function responseHeaders(rawHeaders: readonly string[], connection: string | undefined): string[] {
  const named = namedByConnection(connection);
  const headers: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    const lower = name.toLowerCase();
    if (!endsHere(lower) && !named?.has(lower)) headers.push(name, rawHeaders[at + 1] as string);
  }
  return headers;
}

const prefix = randomBytes(8).toString("hex");
let count = randomBytes(4).readUInt32BE();

/** `1-<seconds>-<96 bits>` in hex: unique by a random part per process and a counter, cheap on every request. */
function newId(): string {
  count = (count + 1) >>> 0;
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `1-${seconds}-${prefix}${count.toString(16).padStart(8, "0")}`;
}

/**
 * Returns X-Amzn-Trace-Id as the load balancer passes it on (guide, "Request tracing"): a header without Root gets one;
 * to one with an external Root, the load balancer adds its own id in front as Self.
 */
function traceId(received: string | undefined): string {
  if (received === undefined || received === "") return `Root=${newId()}`;
  const fields = received.split(";").filter((field) => !field.startsWith("Self="));
  if (!fields.some((field) => field.startsWith("Root="))) return [`Root=${newId()}`, ...fields].join(";");
  return [`Self=${newId()}`, ...fields].join(";");
}
