import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Start {
  readonly bundle: string;
  /** Inputs of a deployment, as variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly folder: string;
  /** A module to load first. */
  readonly preload?: string;
}

/** No action takes this long to start; one that has not called by then never will. */
const limitMs = 60_000;

/** Starts an action and ends it at its first call to AWS. Returns how many milliseconds that took. */
export async function untilFirstCall({ bundle, variables, folder, preload }: Start): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const called = once(server, "request", { signal: AbortSignal.timeout(limitMs) });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...(preload ? ["--import", preload] : []), bundle], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      ...variables,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "AKIASTART",
      AWS_SECRET_ACCESS_KEY: "start",
      GITHUB_WORKSPACE: folder,
    },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  try {
    await Promise.race([
      called,
      ended.then(([code]) => Promise.reject(new Error(`${bundle} ended with ${code} before any call`))),
    ]);
    return performance.now() - startedAt;
  } finally {
    child.kill("SIGKILL");
    await ended;
    server.close();
    server.closeAllConnections();
  }
}
