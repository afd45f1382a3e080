import { connectEngine, type Engine, findEngineSocket } from "./engine.ts";
import { requireOwnBridges } from "./network.ts";

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
