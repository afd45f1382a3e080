import type { IncomingMessage, ServerResponse } from "node:http";
import { exchangeOnFresh, hasBody } from "./fresh-exchange.ts";
import { countChosen, type ForwardContext, fail, type Hop } from "./hop.ts";
import { exchangeOnKept } from "./kept-exchange.ts";
import type { TargetPool } from "./target-pool.ts";

/**
 * Safe or idempotent by RFC 9110 §9.2, and answered from the head alone. A kept connection may be closed by the target
 * just as a request leaves on it, so only a request that can be sent a second time goes out on one.
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

/** Not the whole server's `*`, which undici refuses, nor an absolute address (RFC 9112 §3.2). */
function hasPath({ url }: IncomingMessage): boolean {
  return url?.startsWith("/") ?? false;
}

function repeatable(request: IncomingMessage, response: ServerResponse, hop: Hop): void {
  const again = () => repeatable(request, response, { ...hop, member: hop.pool.next() ?? hop.member });
  exchangeOnKept(request, response, hop, again);
}
