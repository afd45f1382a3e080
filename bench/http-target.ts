import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Milliseconds that each response takes; 0 responds at once. */
const delayMs = Number(process.argv[2] ?? 0);
// About the size of a page of suppliers.
const body = Buffer.alloc(4096, "x");
const server = createServer((_request, response) => {
  const answer = () =>
    response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": body.length }).end(body);
  if (delayMs > 0) setTimeout(answer, delayMs);
  else answer();
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
