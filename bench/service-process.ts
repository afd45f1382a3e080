import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";

export interface ServiceOptions {
  /** Node program that listens on APP_PORT. */
  readonly program: string;
  /** Environment of the process in addition to NODE_ENV and APP_PORT. */
  readonly environment: Readonly<Record<string, string>>;
  /** Page that the service must return with 200 to count as started. */
  readonly page: string;
  /** Folder for a file of the service's output, as a log driver would keep it. */
  readonly logFolder: string;
}

export interface ServiceProcess {
  /** Address of the service, without a slash at the end. */
  readonly origin: string;
  stop(): Promise<void>;
}

/** A service that has not responded by then never will. */
const startLimitMs = 30_000;
/** Short compared with the measured hundreds of milliseconds, but it leaves the processor to the service. */
const pollMs = 1;

/** Starts a service; rejects with the end of its log when it ends or does not respond. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { program, environment, page, logFolder } = options;
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const logFile = join(logFolder, `${port}.log`);
  const log = await open(logFile, "w");
  const deadline = performance.now() + startLimitMs;
  const child = spawn(process.execPath, [program], {
    env: { ...environment, NODE_ENV: "production", APP_PORT: String(port) },
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  try {
    await untilAnswered(child, origin + page, deadline);
  } catch (cause) {
    child.kill("SIGKILL");
    throw new Error(`${program} did not start; the end of its log:\n${await endOf(logFile)}`, { cause });
  }
  return {
    origin,
    // No client is left, so there is nothing to drain.
    stop: async () => {
      const ended = once(child, "exit");
      if (child.kill("SIGKILL")) await ended;
    },
  };
}

async function untilAnswered(child: ChildProcess, url: string, deadline: number): Promise<void> {
  let last: unknown;
  while (child.exitCode === null && child.signalCode === null && performance.now() < deadline) {
    try {
      const response = await fetch(url);
      await response.text();
      last = response.status;
      if (last === 200) return;
    } catch (error) {
      last = error;
    }
    await wait(pollMs);
  }
  throw new Error(`no 200 from ${url}`, { cause: last });
}

const endOf = async (file: string) =>
  (await readFile(file, "utf8")).trimEnd().split("\n").slice(-10).join("\n");

const services = join(import.meta.dirname, "..", "services");

/** Bundles a service from the current sources, to be run the way its image runs it. */
export async function buildService(name: string) {
  const folder = join(services, name);
  await promisify(execFile)(process.execPath, [join(services, "suppliers", "build.mjs")], { cwd: folder });
  return {
    program: join(folder, "dist", "server.mjs"),
    /** As the image sets it, mainly NODE_OPTIONS. */
    environment: imageEnvironment(await readFile(join(folder, "Dockerfile"), "utf8")),
  };
}

/** The variables that a Dockerfile's ENV instructions set, of the form `NAME=value` without blanks. */
export function imageEnvironment(dockerfile: string): Record<string, string> {
  const instructions = dockerfile.replaceAll(/\\\n/g, " ").split("\n");
  const assignments = instructions
    .filter((line) => line.startsWith("ENV "))
    .flatMap((line) => line.slice("ENV ".length).trim().split(/\s+/));
  return Object.fromEntries(assignments.map((assignment) => assignment.split(/=(.*)/, 2)));
}
