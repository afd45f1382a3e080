import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** A server of a task's process: the port it asked for and the loopback port that it got. */
export interface Listening {
  readonly port: number;
  readonly servedOn: number;
}

/**
 * Where the processes of tasks tell what they listen on (see listen-on-loopback.cjs). Each process keeps its
 * connection for as long as it lives, and ends itself when the connection ends.
 */
export interface ControlServer {
  readonly port: number;
  /** Calls back for each server of the processes that show this token, until forgotten. */
  expect(token: string, onListening: (listening: Listening) => void): void;
  forget(token: string): void;
  close(): void;
}

export async function startControlServer(): Promise<ControlServer> {
  const expected = new Map<string, (listening: Listening) => void>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    readMessages(socket, expected);
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
    forget: (token) => void expected.delete(token),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function readMessages(socket: Socket, expected: Map<string, (listening: Listening) => void>): void {
  let token: string | undefined;
  createInterface({ input: socket }).on("line", (line) => {
    const message = parse(line);
    if (token === undefined) {
      token = typeof message.token === "string" ? message.token : "";
      if (!expected.has(token)) socket.destroy();
      return;
    }
    const { port, servedOn } = message;
    if (typeof port === "number" && typeof servedOn === "number") expected.get(token)?.({ port, servedOn });
  });
}

function parse(line: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}
