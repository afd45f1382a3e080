import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Socket as Address } from "../network.ts";

/** A server of a task's process: the requested port and its loopback port. */
interface Listening {
  readonly port: number;
  readonly servedOn: number;
  /** As in a container, a server on its loopback only cannot be reached from outside. */
  readonly loopbackOnly: boolean;
}

interface Expected {
  readonly onListening: (listening: Listening) => void;
  /** Whether connections of the task to a database are dropped. */
  readonly isClosed: (database: Address) => boolean;
}

/**
 * Receives the ports that tasks' processes listen on (see listen-on-loopback.cjs), and says
 * which databases they reach. Each process keeps its connection
 * open until it ends, and ends itself when the connection closes.
 */
export interface ControlServer {
  readonly port: number;
  /** Calls back for each server and each connection to a database of the processes with this token. */
  expect(token: string, expected: Expected): void;
  /** Ends the processes with this token, and later ones. */
  forget(token: string): void;
  close(): void;
}

export async function startControlServer(): Promise<ControlServer> {
  const expected = new Map<string, Expected>();
  /** Open connections, each with its token. */
  const sockets = new Map<Socket, string>();
  const server = createServer((socket) => {
    sockets.set(socket, "");
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    readMessages(socket, expected, (token) => sockets.set(socket, token));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the control server has no port");
  return {
    port: address.port,
    expect: (token, callbacks) => void expected.set(token, callbacks),
    forget: (token) => {
      expected.delete(token);
      for (const [socket, shown] of sockets) if (shown === token) socket.destroy();
    },
    close: () => {
      server.close();
      for (const socket of sockets.keys()) socket.destroy();
    },
  };
}

function readMessages(
  socket: Socket,
  expected: ReadonlyMap<string, Expected>,
  onToken: (token: string) => void,
): void {
  let token: string | undefined;
  const lines = createInterface({ input: socket });
  // Reports the socket's errors, too, such as the end of a task that was killed.
  lines.on("error", () => {});
  lines.on("line", (line) => {
    const message = parse(line);
    if (token === undefined) {
      token = typeof message.token === "string" ? message.token : "";
      onToken(token);
      if (!expected.has(token)) socket.destroy();
      return;
    }
    const { port, servedOn, loopbackOnly = false, connecting, host } = message;
    const { onListening, isClosed } = expected.get(token) ?? {};
    if (typeof port === "number" && typeof servedOn === "number")
      onListening?.({ port, servedOn, loopbackOnly: loopbackOnly === true });
    if (typeof port === "number" && typeof host === "string")
      socket.write(`${JSON.stringify({ connecting, isClosed: isClosed?.({ host, port }) })}\n`);
  });
}

function parse(line: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}
