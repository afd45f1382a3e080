import type { IncomingMessage, ServerResponse } from "node:http";
import { exchangeOnFresh, hasBody } from "./fresh-exchange.ts";
import { countChosen, type ForwardContext, fail, type Hop } from "./hop.ts";
import { exchangeOnKept } from "./kept-exchange.ts";
import type { TargetPool } from "./target-pool.ts";

/**
 * Methods that are safe or idempotent by RFC 9110 §9.2, with a response that depends on the head alone. The target may
 * close a kept connection just as a request is sent on it, so only requests that can be repeated use one.
 */
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
