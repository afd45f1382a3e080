import { createServer } from "node:http";

const server = createServer((_request, response) => response.end("parcels 1\n"));
server.listen(8080);
process.on("SIGTERM", () => server.close());
