import { Agent, createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";

const targetPort = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true });
const server = createServer((request, response) => {
  const { method, url: path, headers } = request;
  const onward = httpRequest(
    { host: "127.0.0.1", port: targetPort, agent, method, path, headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  request.pipe(onward);
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
