import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { LoadPlan } from "./generate-load.ts";

/** Starts an HTTP server until the test ends; returns its origin. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One second of a closed loop of four connections, with `changes`. */
export function planOf(urls: readonly string[], changes: Partial<LoadPlan> = {}): LoadPlan {
  return {
    loop: "closed",
    level: 4,
    durationMs: 1000,
    warmUpMs: 0,
    spacing: "constant",
    maxConnections: 100,
    urls: urls.map((url) => new URL(url)),
    timeoutMs: 30_000,
    ...changes,
  };
}
