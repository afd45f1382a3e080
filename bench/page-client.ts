import { Agent, get } from "node:http";

export interface PageClient {
  /** Requests a page on the client's one connection. Returns the milliseconds until its last byte, and its text. */
  ask(
    path: string,
  ): Promise<{ readonly ms: number; readonly status: number | undefined; readonly body: string }>;
  close(): void;
}

/** Creates a client for an `origin` such as `http://127.0.0.1:8080`. */
export function createPageClient(origin: string): PageClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    ask: (path) =>
      new Promise((answered, failed) => {
        const started = performance.now();
        get(origin + path, { agent }, (response) => {
          let body = "";
          response.setEncoding("utf8");
          response.on("data", (chunk) => {
            body += chunk;
          });
          response.once("end", () =>
            answered({ ms: performance.now() - started, status: response.statusCode, body }),
          );
        }).once("error", failed);
      }),
    close: () => agent.destroy(),
  };
}
