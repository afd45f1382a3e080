import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { endWithThisProcess } from "../../orphan-guard.ts";

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

export interface FunctionError {
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
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, options.timeoutMs);
  child.send({ event: options.event, context: options.context, deadline }, () => {});
  const [code] = await exited;
  clearTimeout(timer);
  killGroup(child.pid);
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

/** Ends all processes that the handler started. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // The whole group is gone already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
