import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";

const services = resolve(import.meta.dirname, "../..");

export type ServiceBundles = Awaited<ReturnType<typeof bundleServices>>;

/** Bundles services as their images have them: a bundle starts in a third of the time that its sources take. */
export async function bundleServices(...names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "service-bundles-"));
  for (const name of names)
    await promisify(execFile)(process.execPath, ["../suppliers/build.mjs", join(folder, name)], {
      cwd: join(services, name),
    });
  return {
    /** Returns the file that starts a service. */
    entry: (name: string) => join(folder, name, "server.mjs"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs Node. `ended` resolves when the process is gone, with all that it wrote; `said` once its output has a text. */
export function runNode(args: readonly string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    env: { ...nodeEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk) => {
      output[name] += chunk;
    });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...output }));
  const said = (text: string) =>
    new Promise<void>((done) => {
      const look = () => output.stdout.includes(text) && done();
      look();
      child.stdout.on("data", look);
    });
  return { child, ended, said };
}

export type TestService = Awaited<ReturnType<typeof startTestService>>;

/** Starts a service, or another program that listens on APP_PORT, in a separate process on a free port. */
export async function startTestService(args: readonly string[], environment: Record<string, string>) {
  const port = await freePort();
  const running = runNode(args, { ...environment, APP_PORT: String(port) });
  const failed = running.ended.then(({ stdout, stderr }) =>
    Promise.reject(new Error(`${args.at(-1)} ended:\n${stdout}${stderr}`)),
  );
  await Promise.race([running.said("listens"), failed]);
  failed.catch(() => {});
  return { ...running, port, url: `http://127.0.0.1:${port}` };
}
