import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

export interface TestService {
  readonly url: string;
  readonly process: ChildProcess;
  /** When the process is gone, with all that it wrote. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts a service as its image runs it, in a separate process on a free port. */
export async function startTestService(
  name: string,
  environment: Record<string, string>,
): Promise<TestService> {
  const port = await freePort();
  const entry = fileURLToPath(new URL(`../../${name}/src/index.ts`, import.meta.url));
  const child = spawn(process.execPath, [entry], {
    env: { ...environment, APP_PORT: String(port) },
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

export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
