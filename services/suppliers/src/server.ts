import { once } from "node:events";
import {
  createServer,
  IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import { type Answer, describeRequest, type Exchange } from "./operations/exchange.ts";

export interface WebServer {
  /**
   * Ends without failing a request: requests in progress and new ones get a response with `Connection: close`; then the
   * idle connections are closed. Resolves to false when requests had to be cut off.
   */
  drain(): Promise<boolean>;
}

const limits: ServerOptions = {
  // A load balancer keeps an idle connection for 60 s. With a shorter timeout here, a request could meet a connection
  // that is just being closed, and the client would get a 502.
  keepAliveTimeout: 65_000,
  // Headers fit into a packet or two; a client that sends them more slowly wants to hold the connection.
  headersTimeout: 20_000,
  // The longest body is a form of a few kilobytes.
  requestTimeout: 60_000,
  // Accuracy of the two timeouts.
  connectionsCheckingInterval: 5000,
};
/** Time without new requests after which all that were sent before SIGTERM have arrived. */
const quietMs = 500;
/** Load that continues comes from a load balancer that has not noticed: it is no longer waited for. */
const arrivalsLimitMs = 5000;
/** ECS kills a task 30 s after its SIGTERM; requests still open by then minus a reserve are cut off. */
const drainLimitMs = 20_000;

class DescribedMessage extends IncomingMessage {
  exchange: Exchange | undefined;
}

/** Called for every request that was completed or aborted. */
export type Observer = (exchange: Exchange, answer: Answer) => void;

/** Listens on every address; rejects when the port is taken or not allowed. */
export async function startWebServer(app: Hono, port: number, observe: Observer): Promise<WebServer> {
  const traffic = createTraffic();
  // Handlers see the data about the request as their environment.
  const listener = getRequestListener((request, { incoming }) =>
    app.fetch(request, (incoming as DescribedMessage).exchange),
  );
  const server = createServer({ ...limits, IncomingMessage: DescribedMessage }, (request, response) => {
    const exchange = describeRequest(request);
    request.exchange = exchange;
    watch(request, response, (answer) => observe(exchange, answer));
    traffic.admit(response);
    listener(request, response);
  });
  server.on("connection", traffic.connect);
  server.listen(port);
  await once(server, "listening");
  return { drain: () => drain(server, traffic) };
}

function watch({ socket }: IncomingMessage, response: ServerResponse, done: (answer: Answer) => void): void {
  const started = performance.now();
  const writtenBefore = socket.bytesWritten;
  response.once("close", () =>
    done({
      status: response.statusCode,
      durationMs: performance.now() - started,
      bytes: socket.bytesWritten - writtenBefore,
      complete: response.writableFinished,
    }),
  );
}

type Traffic = ReturnType<typeof createTraffic>;

function createTraffic() {
  const sockets = new Set<Socket>();
  const inFlight = new Set<ServerResponse>();
  let draining = false;
  let lastArrival = 0;
  const closeAfter = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader("Connection", "close");
  };
  return {
    connect(socket: Socket) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    },
    admit(response: ServerResponse) {
      lastArrival = performance.now();
      inFlight.add(response);
      response.once("close", () => inFlight.delete(response));
      if (draining) closeAfter(response);
    },
    startDraining() {
      draining = true;
      for (const response of inFlight) closeAfter(response);
    },
    /** For Node a connection is idle only after its first request; a browser may open one and never send any. */
    closeUnused() {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.end();
    },
    isBusy: () => inFlight.size > 0,
    isQuiet: () => inFlight.size === 0 && performance.now() - lastArrival >= quietMs,
  };
}

async function drain(server: Server, traffic: Traffic): Promise<boolean> {
  const started = performance.now();
  traffic.startDraining();
  await sleep(quietMs);
  while (!traffic.isQuiet() && performance.now() - started < arrivalsLimitMs) await sleep(quietMs / 10);

  const closed = once(server, "close");
  // Stops listening and closes the idle connections; the others close with their response.
  server.close();
  traffic.closeUnused();
  let cutOff = false;
  const limit = setTimeout(
    () => {
      cutOff = traffic.isBusy();
      server.closeAllConnections();
    },
    drainLimitMs - (performance.now() - started),
  );
  await closed;
  clearTimeout(limit);
  return !cutOff;
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
