import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { refuseForeign } from "@ecs-delivery/simulator/local-requests";

/** Endpoints of jobs by path, on one port. */
export interface IdentityServer {
  readonly port: number;
  readonly endpoints: Map<string, RequestListener>;
}

/** A sandbox has to know the port before the jobs run. */
export async function openIdentityServer(ends: AsyncDisposableStack): Promise<IdentityServer> {
  const endpoints: IdentityServer["endpoints"] = new Map();
  const server = createServer(
    refuseForeign([], (request, response) => {
      const endpoint = endpoints.get((request.url ?? "").split("?", 1)[0] ?? "");
      return endpoint ? endpoint(request, response) : response.writeHead(404).end();
    }),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  ends.defer(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  });
  return { port: (server.address() as AddressInfo).port, endpoints };
}
