import { type ClientRequest, type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { relay, startRequest } from "./fresh-exchange.ts";
import { countChosen, type ForwardContext, fail } from "./hop.ts";
import type { TargetPool } from "./target-pool.ts";

/**
 * Passes a request for another protocol (WebSocket, RFC 6455) to a target and, once it agrees, everything after it in
 * both directions. If the target declines, its response is passed on as in any other exchange.
 */
export function forwardUpgrade(
  request: IncomingMessage,
  client: Socket,
  head: Buffer,
  pool: TargetPool | undefined,
  context: ForwardContext,
): void {
  const response = responseOn(client, request);
  const member = countChosen(pool, context);
  const wanted = ["Connection", "Upgrade", "Upgrade", request.headers.upgrade ?? ""];
  const upstream = member && startRequest(request, member, context, wanted);
  if (member === undefined) fail(response, 503, context);
  else if (upstream === undefined) fail(response, 502, context);
  else negotiate(upstream, { response, client, head }, context);
}

function negotiate(
  upstream: ClientRequest,
  { response, client, head }: { response: ServerResponse; client: Socket; head: Buffer },
  context: ForwardContext,
): void {
  client.once("close", () => upstream.destroy());
  upstream.once("upgrade", (agreed: IncomingMessage, target: Socket, first: Buffer) => {
    response.detachSocket(client);
    client.write(switchingProtocols(agreed));
    join(client, target, context.settings.idleTimeoutMs);
    if (first.length > 0) client.write(first);
    if (head.length > 0) target.write(head);
  });
  upstream.once("response", (declined) => {
    if (!relay(declined, response)) fail(response, 502, context);
  });
  upstream.once("timeout", () => {
    fail(response, 504, context);
    upstream.destroy();
  });
  upstream.on("error", () => {
    if (!client.destroyed && !response.writableEnded) fail(response, 502, context);
  });
  upstream.end();
}

/** Creates a response on a socket that the HTTP server has released; it closes after one response. */
export function responseOn(client: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(client);
  response.once("finish", () => client.end());
  client.on("error", () => client.destroy());
  return response;
}

function switchingProtocols(agreed: IncomingMessage): string {
  const lines = [`HTTP/1.1 101 ${agreed.statusMessage || "Switching Protocols"}`];
  const { rawHeaders } = agreed;
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function join(client: Socket, target: Socket, idleTimeoutMs: number): void {
  for (const [one, other] of [
    [client, target],
    [target, client],
  ] as const) {
    one.setTimeout(idleTimeoutMs, () => closeBoth(client, target));
    one.on("error", () => closeBoth(client, target));
    one.once("close", () => other.end());
    one.pipe(other);
  }
}

function closeBoth(...sockets: Duplex[]): void {
  for (const socket of sockets) socket.destroy();
}
