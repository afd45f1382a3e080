import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Effect on the next bytes that a client sends, once: they get lost, or the response to them does. */
export type Cut = "request lost" | "answer lost";

/** Forwards connections to `port` of this machine, and interrupts them on demand. */
export async function startCuttingProxy(port: number) {
  let cut: Cut | undefined;
  let connections = 0;
  const open = new Set<Socket>();
  const silence = new Set<() => void>();
  const server = createServer((client) => {
    connections++;
    const upstream = connect(port);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", () => {}).once("close", () => open.delete(socket));
    }
    silence.add(() => {
      client.removeAllListeners("data").resume();
      upstream.removeAllListeners("data").resume();
    });
    client.once("close", () => upstream.destroy());
    upstream.once("close", () => client.destroy());
    upstream.on("data", (bytes) => client.write(bytes));
    client.on("data", (bytes) => {
      if (cut !== "request lost") upstream.write(bytes);
      if (!cut) return;
      upstream.removeAllListeners("data");
      if (cut === "request lost") client.resetAndDestroy();
      else upstream.once("data", () => client.resetAndDestroy());
      cut = undefined;
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    /** So far. */
    connections: () => connections,
    cutNext: (what: Cut) => {
      cut = what;
    },
    /** Blocks the existing connections from now on, as after a failover to another machine. */
    silenceAll: () => {
      for (const fallSilent of silence) fallSilent();
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
