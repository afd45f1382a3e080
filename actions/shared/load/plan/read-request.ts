import type { InputReader } from "../../inputs.ts";
import type { LoadRequest } from "../connection.ts";

const defaultTimeoutMs = 10_000;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

export function readRequest(read: InputReader): LoadRequest {
  const method = read.choice("method", methods, "GET");
  const body = read.optional("body");
  if (body && (method === "GET" || method === "HEAD")) read.problem(`A ${method} request has no body`);
  return {
    method,
    // Firewalls such as AWS WAF's common rules refuse requests without one.
    headers: { "user-agent": "run-load-test", ...readHeaders(read) },
    body,
    timeoutMs: read.duration("timeout") ?? defaultTimeoutMs,
  };
}

/** A name is a token of RFC 9110; a value may be secret and is not shown. */
const headerLine = /^([!#$%&'*+.^_`|~\w-]+):([\x20-\x7e\t]*)$/;
/** Headers that belong to the connection. */
const reservedHeaders = [
  "connection",
  "content-length",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "expect",
];

function readHeaders(read: InputReader): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { number, text } of read.numberedLines("headers")) {
    const [, name = "", value = ""] = headerLine.exec(text) ?? [];
    if (!name) read.problem(`Input headers, line ${number}: expected a line of the form Name: value`);
    else if (reservedHeaders.includes(name.toLowerCase()))
      read.problem(`Input headers, line ${number}: ${name} is set by the connection itself`);
    else if (name.toLowerCase() in headers) read.problem(`Input headers gives ${name} twice`);
    else headers[name.toLowerCase()] = value.trim();
  }
  return headers;
}
