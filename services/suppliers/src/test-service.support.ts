import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";

export interface TestService {
  readonly url: string;
  readonly process: ChildProcess;
  /** When the process is gone, with all that it wrote. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

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

/** Starts a service in a separate process on a free port. */
export async function startTestService(
  name: string,
  environment: Record<string, string>,
  entry: string,
): Promise<TestService> {
  const port = await freePort();
  const child = spawn(process.execPath, [entry], {
    env: { ...nodeEnvironment(), ...environment, APP_PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const listens = new Promise<void>((done) =>
    child.stdout.on("data", (chunk) => {
      output.stdout += chunk;
      if (output.stdout.includes("listens")) done();
    }),
  );
  const ended = once(child, "close").then(([code]) => ({ code, ...output }));
  const failed = ended.then(({ stdout, stderr }) =>
    Promise.reject(new Error(`${name} ended:\n${stdout}${stderr}`)),
  );
  await Promise.race([listens, failed]);
  failed.catch(() => {});
  return { url: `http://127.0.0.1:${port}`, process: child, ended };
}
