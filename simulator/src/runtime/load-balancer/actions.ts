import type { IncomingMessage } from "node:http";
import type { RedirectActionConfig } from "@aws-sdk/client-elastic-load-balancing-v2";
import { hostName, splitRequestTarget } from "./conditions.ts";
import type { Answer } from "./hop.ts";
import type { TargetPool } from "./target-pool.ts";

/** A rule's action for a request: pass it on, or respond to it. */
export type RouteAction =
  | { readonly type: "forward"; choosePool(): TargetPool | undefined }
  | { readonly type: "answer"; answer(request: IncomingMessage): Answer };

export interface Route {
  matches(request: IncomingMessage): boolean;
  readonly action: RouteAction;
}

export interface RedirectOrigin {
  readonly listenerPort: number;
  /** Offset from a port of the load balancer to its loopback port. */
  readonly portOffset: number;
}

/**
 * Returns the target of a redirect (guide, "Redirect actions": every missing component keeps the request's own). A port
 * on the request's own host is a listener of this load balancer, so the loopback port is used.
 */
export function redirectAnswer(
  config: RedirectActionConfig,
  request: IncomingMessage,
  origin: RedirectOrigin,
): Answer {
  const { path, query } = splitRequestTarget(request.url ?? "/");
  const own: Record<string, string> = {
    protocol: "http",
    host: hostName(request.headers.host ?? ""),
    port: String(origin.listenerPort),
    path: path.slice(1),
    query,
  };
  const fill = (template: string) =>
    template.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => own[name] ?? "");
  const host = fill(config.Host ?? "#{host}");
  const port = Number(fill(config.Port ?? "#{port}"));
  const servedPort = host === own.host ? port + origin.portOffset : port;
  const search = fill(config.Query ?? "#{query}");
  const location =
    `${fill(config.Protocol ?? "#{protocol}").toLowerCase()}://${host}:${servedPort}` +
    `${fill(config.Path ?? "/#{path}")}${search === "" ? "" : `?${search}`}`;
  return { status: config.StatusCode === "HTTP_301" ? 301 : 302, contentType: "text/html", location };
}
