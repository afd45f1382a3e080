import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";

export interface WebServer {
  /**
   * Ends without failing a request: what is in flight and what still arrives is answered, with
   * `Connection: close`; then the idle connections are closed. False when requests had to be cut off.
   */
  drain(): Promise<boolean>;
}

/**
 * An idle connection of a load balancer lives 60 s there. Were ours shorter, a request could meet a connection
 * that is just being closed, and the client would get a 502.
 */
const keepAliveTimeoutMs = 65_000;
/** Requests on their way when SIGTERM came have arrived once nothing has come for this long. */
const quietMs = 500;
/** Load that does not cease is a load balancer that has not noticed: no longer waited for. */
const arrivalsLimitMs = 5000;
/** ECS kills a task 30 s after its SIGTERM; whatever is not answered by then minus a reserve is cut off. */
const drainLimitMs = 20_000;

/** Listens on every address; rejects when the port is taken or not allowed. */
export async function startWebServer(app: Hono, port: number): Promise<WebServer> {
  const traffic = createTraffic();
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => {
    traffic.admit(response);
    listener(request, response);
  });
  server.on("connection", traffic.connect);
  server.keepAliveTimeout = keepAliveTimeoutMs;
  server.listen(port);
  await once(server, "listening");
  return { drain: () => drain(server, traffic) };
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
    /** For Node a connection is idle only after its first request; a browser may open one and never ask. */
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
  // Stops listening and closes the idle connections; the others close with their answer.
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
