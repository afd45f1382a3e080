import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { sdkFolder } from "../../gateway/sdk-files.ts";
import { endWithThisProcess } from "../../orphan-guard.ts";
import { signalGroup } from "../tasks/container-process.ts";
import type { ZipEntry } from "../zip-archive.ts";

export interface FunctionRunOptions {
  /** Folder with the function's unpacked code. */
  readonly taskRoot: string;
  /** JSON. */
  readonly event: string;
  /** Properties of the handler's second argument, in addition to its methods. */
  readonly context: Readonly<Record<string, string>>;
  /** The complete environment: nothing of the simulator's own is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** Real time: the process is real, so it needs real time. */
  readonly timeoutMs: number;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type FunctionOutcome = (
  | { readonly payload: string; readonly error?: undefined }
  | { readonly error: FunctionError; readonly payload?: undefined }
) & { readonly durationMs: number; readonly maxMemoryMb: number };

type Answer = ({ payload: string } | { error: FunctionError }) & { maxMemoryKiB: number };

/** Calls a handler once, in a separate Node process. Every way it can end is an outcome. */
export async function runFunction(options: FunctionRunOptions): Promise<FunctionOutcome> {
  const startedAt = performance.now();
  const deadline = Date.now() + options.timeoutMs;
  const child = spawn(process.execPath, [join(import.meta.dirname, "bootstrap.mjs")], {
    cwd: options.taskRoot,
    env: options.environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    killSignal: "SIGKILL",
    signal: options.signal,
  });
  endWithThisProcess(child);
  // Aborted: its exit shows that too.
  child.on("error", () => {});
  const outputs = [child.stdout, child.stderr].map((input) =>
    once(createInterface({ input: input as NonNullable<typeof input> }).on("line", options.onLine), "close"),
  );
  let answer: Answer | undefined;
  child.once("message", (message) => {
    answer = message as Answer;
  });
  const exited = once(child, "exit") as Promise<[number | null]>;
  let timedOut = false;
  // With all processes that the handler started.
  const killAll = () => child.pid && signalGroup(child.pid, "SIGKILL");
  const timer = setTimeout(() => {
    timedOut = true;
    killAll();
  }, options.timeoutMs);
  child.send({ event: options.event, context: options.context, deadline }, () => {});
  const [code] = await exited;
  clearTimeout(timer);
  killAll();
  await Promise.all(outputs);
  const durationMs = performance.now() - startedAt;
  const measured = { durationMs, maxMemoryMb: Math.ceil((answer?.maxMemoryKiB ?? 0) / 1024) };
  if (timedOut) return { ...measured, error: timeoutError(options) };
  if (!answer) return { ...measured, error: exitError(options, code) };
  return "error" in answer ? { ...measured, error: answer.error } : { ...measured, payload: answer.payload };
}

function timeoutError({ context, timeoutMs }: FunctionRunOptions): FunctionError {
  return {
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${context.awsRequestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  };
}

function exitError({ context }: FunctionRunOptions, code: number | null): FunctionError {
  const how = code ? `with error: exit status ${code}` : "without providing a reason";
  return {
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${context.awsRequestId} Error: Runtime exited ${how}`,
  };
}

/**
 * Writes a function's files into a separate folder below `functionsDirectory`, next to the AWS SDK, which Lambda's Node
 * runtimes include: a handler may import the clients that the simulator is installed with.
 */
export async function unpackCode(
  functionsDirectory: string,
  name: string,
  entries: readonly ZipEntry[],
): Promise<void> {
  await lendSdk(functionsDirectory);
  for (const { path, content } of entries) {
    const place = join(functionsDirectory, name, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, content);
  }
}

async function lendSdk(functionsDirectory: string): Promise<void> {
  const place = join(functionsDirectory, "node_modules", "@aws-sdk");
  if (existsSync(place)) return;
  await mkdir(dirname(place), { recursive: true });
  await symlink(sdkFolder(), place).catch((error: NodeJS.ErrnoException) => {
    // Another function was unpacked at the same time.
    if (error.code !== "EEXIST") throw error;
  });
}
