import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type BrokerOptions, createBroker } from "./broker.ts";
import type { Caller } from "./caller.ts";
import { openEngineAccess } from "./engine.ts";

export interface DockerOptions extends Pick<BrokerOptions, "repositories" | "onStandIn"> {
  /** Temporary; the caller removes it. */
  directory: string;
  /** Whether an engine responds. Without one, images are stand-ins. */
  engine: boolean;
  /** Address of the simulated AWS. */
  endpoint: string;
}

/**
 * Returns the programs that steps find first in PATH, by name: `docker`, and `podman` as the same one. It is a client of a broker in this process, which decides
 * what a stranger's line may do. Closed by `ends`.
 */
export async function openDocker(
  { directory, endpoint, engine: hasEngine, ...options }: DockerOptions,
  ends: AsyncDisposableStack,
): Promise<Record<string, string>> {
  await mkdir(directory, { recursive: true });
  const { host } = new URL(endpoint);
  const engine = hasEngine ? await openEngineAccess(directory, host, ends) : undefined;
  const broker = createBroker({ ...options, host, engine });
  const path = join(directory, "docker.sock");
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.once("close", () => open.delete(socket)).on("error", () => {}));
    serve(socket, broker);
  }).listen(path);
  await once(server, "listening");
  ends.defer(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const text = await readFile(new URL("./client.cjs", import.meta.url), "utf8");
  const start = `#!/bin/sh\n':' //; NODE_OPTIONS= exec '${process.execPath.replaceAll("'", `'\\''`)}' "$0" "$@"\n`;
  const program = start + text.replace('"SOCKET"', () => JSON.stringify(path));
  return { docker: program, podman: program };
}

/** Serves one client: its call comes first, then an answer to each request. */
async function serve(socket: Socket, broker: (caller: Caller) => Promise<number>): Promise<void> {
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const receive = async () => JSON.parse((await lines.next()).value ?? "null") ?? undefined;
  const ask: Caller["ask"] = (...request) => {
    socket.write(`${JSON.stringify(request)}\n`);
    return receive();
  };
  try {
    const call = await receive();
    if (call) await ask("exit", await broker({ ...call, ask }));
  } catch (error) {
    // The client may be a program that the repository brought.
    const text = `docker: the rehearsal failed: ${(error as Error).message}\n`;
    for (const request of [
      ["printError", text],
      ["exit", 1],
    ])
      socket.write(`${JSON.stringify(request)}\n`);
  }
}
