import { once } from "node:events";
import { createServer } from "node:net";
import { connectEngine, type Engine, findEngineSocket, unlessGone } from "./engine.ts";

/** Returns why tasks cannot be run in Docker containers here, with the next step; undefined when they can. */
export async function dockerProblem(environment = process.env): Promise<string | undefined> {
  try {
    const engine = await openEngine(environment);
    await requireOwnBridges(engine).finally(() => engine.close());
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Opens the engine that the `docker` command would use. Rejects with an error when it does not respond. */
export async function openEngine(environment: NodeJS.ProcessEnv): Promise<Engine> {
  const socketPath = await findEngineSocket(environment);
  const engine = connectEngine(socketPath);
  try {
    const { Os } = await engine.call<{ Os: string }>("GET", "/version");
    if (Os !== "linux") throw new Error(`it runs containers of ${Os}, not of linux`);
    return engine;
  } catch (error) {
    engine.close();
    throw new Error(`no Docker engine at ${socketPath} that could run tasks: ${explain(error as Error)}`, {
      cause: error,
    });
  }
}

function explain(error: NodeJS.ErrnoException): string {
  if (error.code === "EACCES")
    return "this user may not use it: add the user to the group docker, or run tasks as processes";
  if (error.code === "ENOENT" || error.code === "ECONNREFUSED")
    return "nothing answers there: install or start Docker, or run tasks as processes";
  return error.message;
}

/** A network of containers, and this machine's address in it. */
export interface Bridge {
  readonly id: string;
  readonly gateway: string;
}

interface NetworkView {
  readonly Id: string;
  readonly Driver: string;
  readonly IPAM: { readonly Config: readonly { readonly Gateway?: string }[] | null };
}

/** Rejects with an error when the network is not on this machine. */
export async function createBridge(
  engine: Engine,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<Bridge> {
  const { Id: id } = await engine.call<{ Id: string }>("POST", "/networks/create", {
    body: { Name: name, Driver: "bridge", Labels: labels },
  });
  try {
    const gateway = gatewayOf(await engine.call<NetworkView>("GET", `/networks/${id}`));
    await requireAddress(gateway);
    return { id, gateway: gateway as string };
  } catch (error) {
    await removeBridge(engine, id);
    throw error;
  }
}

export async function removeBridge(engine: Engine, id: string): Promise<void> {
  await unlessGone(engine.call("DELETE", `/networks/${id}`));
}

/** Checks the same without creating a network: the engine's existing ones are on the same machine. */
async function requireOwnBridges(engine: Engine): Promise<void> {
  const networks = await engine.call<NetworkView[]>("GET", "/networks", {
    query: { filters: JSON.stringify({ driver: ["bridge"] }) },
  });
  const gateway = networks.map(gatewayOf).find((address) => address !== undefined);
  if (gateway) await requireAddress(gateway);
}

const gatewayOf = ({ IPAM }: NetworkView) =>
  IPAM.Config?.map(({ Gateway }) => Gateway).find((address) => address?.includes("."));

/** An interface without a cable, such as an empty bridge, is in no list of interfaces, but can be listened on. */
async function requireAddress(gateway: string | undefined): Promise<void> {
  const server = createServer();
  try {
    server.listen(0, gateway ?? "no address");
    await once(server, "listening");
  } catch (error) {
    throw new Error(
      `the containers' network (gateway ${gateway}) is not on this machine but in the engine's own, as with Docker Desktop or rootless Docker, so tasks could not reach the simulated AWS: use Docker Engine on Linux, or run tasks as processes`,
      { cause: error },
    );
  }
  server.close();
  await once(server, "close");
}
