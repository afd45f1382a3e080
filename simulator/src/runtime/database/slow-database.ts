import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import workers from "../tasks/service-time.cjs";
import { type DatabaseServer, firstFree, startDatabaseServer } from "./database-server.ts";

/**
 * Returns a start of servers that work `ms` milliseconds on each packet of their clients, one after another, so that a
 * database's capacity is a figure instead of a part of this machine's. A client sends a statement as one packet and then
 * waits; a long one, such as an insert of many rows, is several.
 */
export function startSlowDatabase(ms: number): typeof startDatabaseServer {
  return async (options) => {
    const { host, port } = await firstFree(options.sockets ?? [{ host: "127.0.0.1", port: 0 }]);
    const server = await startDatabaseServer({ ...options, sockets: undefined });
    const clients = new Set<Socket>();
    const takeTurn = workers.createWorker(ms);
    const front = createServer((client) => {
      const behind = connect(server.port, server.host);
      clients.add(client);
      client.on("data", (packet) => takeTurn(() => void behind.write(packet)));
      behind.pipe(client);
      for (const [one, other] of [
        [client, behind],
        [behind, client],
      ] as const)
        one.on("error", () => {}).once("close", () => other.destroy());
      client.once("close", () => clients.delete(client));
    }).listen(port, host);
    const close = async () => {
      front.close();
      for (const client of clients) client.destroy();
      await server.close();
    };
    await once(front, "listening").catch(async (error) => {
      await close();
      throw error;
    });
    return { ...server, host, port, close } satisfies DatabaseServer;
  };
}
