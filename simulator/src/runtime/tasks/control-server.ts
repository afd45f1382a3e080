import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A server of a task's process: the requested port and its loopback port. */
interface Listening {
  readonly port: number;
  readonly servedOn: number;
  /** As in a container, a server on its loopback only cannot be reached from outside. */
  readonly loopbackOnly: boolean;
}

/**
 * Receives the ports that tasks' processes listen on (see listen-on-loopback.cjs). Each process keeps its connection
 * open until it ends, and ends itself when the connection closes.
 */
export interface ControlServer {
  readonly port: number;
  /** Calls back for each server of the processes with this token. */
  expect(token: string, onListening: (listening: Listening) => void): void;
  /** Ends the processes with this token, and later ones. */
  forget(token: string): void;
  close(): void;
}

export async function startControlServer(): Promise<ControlServer> {
  const expected = new Map<string, (listening: Listening) => void>();
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
    expect: (token, onListening) => void expected.set(token, onListening),
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
  expected: ReadonlyMap<string, (listening: Listening) => void>,
  onToken: (token: string) => void,
): void {
  let token: string | undefined;
  createInterface({ input: socket }).on("line", (line) => {
    const message = parse(line);
    if (token === undefined) {
      token = typeof message.token === "string" ? message.token : "";
      onToken(token);
      if (!expected.has(token)) socket.destroy();
      return;
    }
    const { port, servedOn, loopbackOnly = false } = message;
    if (typeof port === "number" && typeof servedOn === "number")
      expected.get(token)?.({ port, servedOn, loopbackOnly: loopbackOnly === true });
  });
}

function parse(line: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}
