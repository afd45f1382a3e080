import { createServer } from "node:http";

// The nightly task runs the same image with JOB=report, set by the rule in nightly.yaml.
if (process.env.JOB) console.log(`${process.env.JOB} done`);
else {
  const server = createServer((_request, response) => response.end("shop 1\n"));
  server.listen(8080);
  process.on("SIGTERM", () => server.close());
}
