import type { Log } from "../log.ts";
import type { Answer, Exchange } from "./exchange.ts";

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
