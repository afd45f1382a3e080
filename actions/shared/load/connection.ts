import { Client, type Dispatcher } from "undici";
import { lookUpAllowed } from "./link-local.ts";

export interface LoadRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
}

/** Result of one request. */
export interface Outcome {
  /** Undefined without a complete response: `error` says why. */
  readonly status: number | undefined;
  readonly error: string | undefined;
  /** Bytes of the body. */
  readonly bytes: number;
}

/** One HTTP/1.1 connection to each origin it is used for, with one request at a time; it is opened at its first use. */
export interface Connection {
  send(url: URL, done: (outcome: Outcome) => void): void;
  /** Ends the request if it has taken longer than allowed by `now`, of performance.now(). */
  expire(now: number): void;
  /** Ends the request, if there is one, without an outcome. */
  close(): void;
}

export function createConnection(request: LoadRequest): Connection {
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
      const client = clients.get(origin) ?? new Client(origin, clientOptions(request));
      clients.set(origin, client);
      client.dispatch(requestOptions(url, request), answerHandler(settle));
    },
    expire(now) {
      if (now - sentAt <= request.timeoutMs) return;
      drop(new TimeoutError());
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

export function clientOptions({ timeoutMs }: LoadRequest): Client.Options {
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

export function requestOptions(url: URL, { method, headers, body }: LoadRequest): Dispatcher.DispatchOptions {
  const path = url.pathname + url.search;
  return { path, method: method as Dispatcher.HttpMethod, headers, body };
}

function answerHandler(settle: (outcome: Outcome) => void): Dispatcher.DispatchHandler {
  let status: number | undefined;
  let bytes = 0;
  return {
    // The client accepts only handlers that have it.
    onRequestStart() {},
    onResponseStart(_controller, statusCode) {
      status = statusCode;
    },
    onResponseData(_controller, chunk) {
      bytes += chunk.length;
    },
    onResponseEnd() {
      settle({ status, error: undefined, bytes });
    },
    onResponseError(_controller, error) {
      const { code = error.name } = error as NodeJS.ErrnoException;
      // The client fails its requests before it is ready for the next one, which `settle` may send.
      queueMicrotask(() => settle({ status: undefined, error: code, bytes }));
    },
  };
}
