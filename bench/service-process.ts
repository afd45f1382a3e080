import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { residentMb } from "./resident-memory.ts";

export interface ServiceOptions {
  /** Node program that listens on APP_PORT. */
  readonly program: string;
  /** All that the process gets beside NODE_ENV and APP_PORT. */
  readonly environment: Readonly<Record<string, string>>;
  /** Page that the service must answer with 200 to count as started. */
  readonly page: string;
  /** Gets a file of what the service writes, as a log driver would. */
  readonly logFolder: string;
}

export interface ServiceProcess {
  /** Where the service is reached, without a slash at the end. */
  readonly origin: string;
  /** From starting the process to the first 200 of the page. */
  readonly startMs: number;
  /** Resident memory now, in MB of 10^6 bytes; read from /proc, so on Linux only. */
  residentMb(): Promise<number>;
  stop(): Promise<void>;
}

/** A service that has not answered by then will not. */
const startLimitMs = 30_000;
/** Short beside the hundreds of milliseconds that are measured, and yet leaves the processor to the service. */
const pollMs = 1;

/** Starts a service; rejects with the end of its log when it ends or does not answer. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { program, environment, page, logFolder } = options;
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const logFile = join(logFolder, `${port}.log`);
  const log = await open(logFile, "w");
  const started = performance.now();
  const child = spawn(process.execPath, [program], {
    env: { ...environment, NODE_ENV: "production", APP_PORT: String(port) },
    stdio: ["ignore", log.fd, log.fd],
  });
  await log.close();
  try {
    await untilAnswered(child, origin + page, started + startLimitMs);
  } catch (cause) {
    child.kill("SIGKILL");
    throw new Error(`${program} did not start; the end of its log:\n${await endOf(logFile)}`, { cause });
  }
  return {
    origin,
    startMs: performance.now() - started,
    residentMb: () => residentMb(child),
    // Nobody is left to be answered, so there is nothing to drain.
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
      last = await statusOf(url);
      if (last === 200) return;
    } catch (error) {
      last = error;
    }
    await wait(pollMs);
  }
  throw new Error(`no 200 from ${url}`, { cause: last });
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((answered, failed) =>
    get(url, { agent: false }, (response) => {
      response.resume().once("end", () => answered(response.statusCode));
    }).once("error", failed),
  );
}

const endOf = async (file: string) =>
  (await readFile(file, "utf8")).trimEnd().split("\n").slice(-10).join("\n");
