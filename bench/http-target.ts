import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

// About the size of a page of suppliers.
const body = Buffer.alloc(4096, "x");
const server = createServer((_request, response) => {
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": body.length }).end(body);
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
