import type { IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { requestHeaders, responseHeaders } from "./forwarded-headers.ts";
import { countAnswer, fail, type Hop, timeOut } from "./hop.ts";
import type { KeptConnection } from "./target-pool.ts";

/**
 * Passes a request without a body through on a kept connection to its target. `again` sends it again if the target
 * closed that connection just as the request was sent.
 */
export function exchangeOnKept(
  request: IncomingMessage,
  response: ServerResponse,
  hop: Hop,
  again: () => void,
): void {
  const { member, context } = hop;
  // A connection that was allowed goes on, as tracked ones do ("Security group connection tracking", EC2 user guide).
  if (!member.connections.hasIdle() && context.isTargetClosed(member)) return void timeOut(response, hop);
  const socket = context.network.resolve(member.address, member.port);
  if (socket === undefined) {
    fail(response, 502, context);
    return;
  }
  const connection = member.connections.take(socket);
  connection.client.dispatch(
    {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: requestHeaders(request, context.listenerPort),
      headersTimeout: context.idleTimeout,
      bodyTimeout: context.idleTimeout,
    },
    new Exchange(response, hop, connection, again),
  );
}

/** A class, since undici calls it once for every piece of every response. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #hop: Hop;
  readonly #connection: KeptConnection;
  readonly #again: () => void;
  readonly #startedAt = performance.now();
  #hasBegun = false;
  #hasBody = false;

  constructor(response: ServerResponse, hop: Hop, connection: KeptConnection, again: () => void) {
    this.#response = response;
    this.#hop = hop;
    this.#connection = connection;
    this.#again = again;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const response = this.#response;
    const onClosed = () => {
      if (!response.writableFinished) controller.abort(new Error("the client is gone"));
    };
    if (response.destroyed) onClosed();
    else response.once("close", onClosed);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: { readonly connection?: string | string[] | undefined },
    reason?: string,
  ): void {
    // Interim responses are for this hop.
    if (status < 200) return;
    const response = this.#response;
    countAnswer(this.#hop, status, this.#startedAt);
    response.writeHead(
      status,
      reason,
      responseHeaders(textOf(controller.rawHeaders), headers.connection?.toString()),
    );
    this.#hasBegun = true;
    // Sends the head together with the first bytes of the body, but does not wait for them.
    setImmediate(() => {
      if (!this.#hasBody && !response.destroyed) response.flushHeaders();
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#hasBody = true;
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    this.#hasBody = true;
    this.#connection.release();
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: NodeJS.ErrnoException): void {
    this.#connection.discard();
    const response = this.#response;
    if (this.#hasBegun) response.destroy();
    else if (response.destroyed) return;
    // undici is still handling this request, and accepts no other from here.
    else if (this.#connection.isReused && closedCodes.has(error.code ?? "")) queueMicrotask(this.#again);
    else fail(response, statusOf(error.code), this.#hop.context);
  }
}

function statusOf(code = ""): number {
  if (timeoutCodes.has(code)) return 504;
  // A request that undici itself does not send, such as one with two Host fields (RFC 9112 §3.2).
  return code === "UND_ERR_INVALID_ARG" ? 400 : 502;
}

/** The other side ended the connection, now or before. */
const closedCodes: ReadonlySet<string> = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);
const timeoutCodes: ReadonlySet<string> = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT"]);

/** HTTP/1.1 gives them as bytes, names and values in turn. */
function textOf(raw: Dispatcher.DispatchController["rawHeaders"]): string[] {
  return Array.isArray(raw)
    ? raw.map((each) => (typeof each === "string" ? each : each.toString("latin1")))
    : [];
}
