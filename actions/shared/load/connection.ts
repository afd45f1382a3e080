import type { Dispatcher } from "undici";
// The package as a whole has twice the size, as it also has fetch, caches, mocks and WebSockets.
import Client from "undici/lib/dispatcher/client.js";
import { lookUpAllowed } from "./link-local.ts";

/** Result of one request. */
export interface Outcome {
  /** Undefined without a complete response: `error` says why. */
  readonly status: number | undefined;
  readonly error: string | undefined;
  /** Bytes of the body. */
  readonly bytes: number;
  /** Location of a redirect, or message of the error. */
  readonly detail: string | undefined;
}

/** Returns whether a response succeeded; redirects are not followed. */
export function isExpected(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** One HTTP/1.1 connection to each origin it is used for, with one request at a time; it is opened at its first use. */
export interface Connection {
  send(url: URL, done: (outcome: Outcome) => void): void;
  /** Ends the request if it has taken longer than allowed by `now`, of performance.now(). */
  expire(now: number): void;
  /** Ends the request, if there is one, without an outcome. */
  close(): void;
}

export function createConnection(timeoutMs: number): Connection {
  const clients = new Map<string, Client>();
  let sentAt = Number.POSITIVE_INFINITY;
  let origin = "";
  let finish: ((outcome: Outcome) => void) | undefined;

  const settle = (outcome: Outcome) => {
    const done = finish;
    finish = undefined;
    sentAt = Number.POSITIVE_INFINITY;
    done?.(outcome);
  };
  const drop = (error: Error) => {
    const client = clients.get(origin);
    clients.delete(origin);
    client?.destroy(error).catch(() => {});
  };
  return {
    send(url, done) {
      origin = url.origin;
      finish = done;
      sentAt = performance.now();
      const client = clients.get(origin) ?? new Client(origin, clientOptions(timeoutMs));
      clients.set(origin, client);
      client.dispatch(requestOptions(url), answerHandler(settle));
    },
    expire(now) {
      if (now - sentAt > timeoutMs) drop(new TimeoutError());
    },
    close() {
      finish = undefined;
      const cancelled = new Error("the load has ended");
      for (const client of clients.values()) client.destroy(cancelled).catch(() => {});
      clients.clear();
    },
  };
}

class TimeoutError extends Error {
  readonly code = "TIMEOUT";
}

function clientOptions(timeoutMs: number): Client.Options {
  return {
    // An HTTP/2 connection would carry many requests in parallel: then `connections` would not be their number.
    allowH2: false,
    pipelining: 1,
    // The connection's user checks its timeout, and that of queued requests begins later.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: timeoutMs + 1000, lookup: lookUpAllowed },
  };
}

function requestOptions({ pathname, search }: URL): Dispatcher.DispatchOptions {
  // Firewalls such as AWS WAF's common rules refuse requests without a user agent.
  return { path: pathname + search, method: "GET", headers: { "user-agent": "run-load-test" } };
}

function answerHandler(settle: (outcome: Outcome) => void): Dispatcher.DispatchHandler {
  let status: number | undefined;
  let location: string | undefined;
  let bytes = 0;
  return {
    // The client accepts only handlers that have it.
    onRequestStart() {},
    onResponseStart(_controller, statusCode, headers) {
      status = statusCode;
      location = headers.location?.toString();
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
    },
    onResponseEnd() {
      settle({ status, error: undefined, bytes, detail: location });
    },
    onResponseError(_controller, error) {
      const { code = error.name } = error as NodeJS.ErrnoException;
      // The client fails its requests before it is ready for the next one, which `settle` may send.
      queueMicrotask(() => settle({ status: undefined, error: code, bytes, detail: error.message }));
    },
  };
}
