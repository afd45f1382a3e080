import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

interface CuttingProxy {
  /** Returns the target's URL through the proxy. */
  readonly through: (url: string) => string;
  close(): Promise<void>;
}

/** Ends, without a response, a connection that has sent more than so many bytes. */
export async function startCuttingProxy(target: string, mostBytes: number): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    let sent = 0;
    client.on("data", (chunk) => {
      sent += chunk.length;
      if (sent > mostBytes) client.destroy();
    });
    client.pipe(upstream).pipe(client);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    through: (url) => Object.assign(new URL(url), { host: own }).href,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
