import type { Dispatcher } from "undici";
// The package as a whole has twice the size, as it also has fetch, caches, mocks and WebSockets.
import Client from "undici/lib/dispatcher/client.js";
import { lookUpAllowed } from "./link-local.ts";

/** Result of one request. */
export interface Outcome {
  /** Undefined without a complete response: `error` says why. */
  readonly status: number | undefined;
  readonly error: string | undefined;
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
  let current: { origin: string; sentAt: number; done: (outcome: Outcome) => void } | undefined;

  const settle = (outcome: Outcome) => {
    const done = current?.done;
    current = undefined;
    done?.(outcome);
  };
  const drop = (origin: string, error: Error) => {
    const client = clients.get(origin);
    clients.delete(origin);
    client?.destroy(error).catch(() => {});
  };
  return {
    send(url, done) {
      const { origin, pathname, search } = url;
      current = { origin, sentAt: performance.now(), done };
      const client = clients.get(origin) ?? new Client(origin, clientOptions(timeoutMs));
      clients.set(origin, client);
      // Firewalls such as AWS WAF's common rules refuse requests without a user agent.
      const headers = { "user-agent": "run-load-test" };
      client.dispatch({ method: "GET", path: pathname + search, headers }, answerHandler(settle));
    },
    expire(now) {
      if (!current || now - current.sentAt <= timeoutMs) return;
      const timeout = new Error(`no response within ${timeoutMs / 1000} s`);
      drop(current.origin, Object.assign(timeout, { code: "TIMEOUT" }));
    },
    close() {
      current = undefined;
      for (const origin of [...clients.keys()]) drop(origin, new Error("the load has ended"));
    },
  };
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

function answerHandler(settle: (outcome: Outcome) => void): Dispatcher.DispatchHandler {
  let status: number | undefined;
  let location: string | undefined;
  return {
    // The client accepts only handlers that have both.
    onRequestStart() {},
    onResponseData() {},
    onResponseStart(_controller, statusCode, headers) {
      status = statusCode;
      location = headers.location?.toString();
    },
    onResponseEnd() {
      settle({ status, error: undefined, detail: location });
    },
    onResponseError(_controller, error) {
      const { code = error.name } = error as NodeJS.ErrnoException;
      // The client fails its requests before it is ready for the next one, which `settle` may send.
      queueMicrotask(() => settle({ status: undefined, error: code, detail: error.message }));
    },
  };
}
