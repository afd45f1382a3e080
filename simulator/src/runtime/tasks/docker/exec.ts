import { readFile } from "node:fs/promises";
import { type ExecResult, execOutputKept } from "../runtime.ts";
import { type Engine, EngineError } from "./engine.ts";
import { readPieces } from "./output.ts";

/** Exit code of shells and container runtimes for a missing command. */
const notFound = 127;

/** Runs a command in a running container. */
export async function execIn(
  engine: Engine,
  container: string,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const { Id: id } = await engine.call<{ Id: string }>("POST", `/containers/${container}/exec`, {
    body: { Cmd: command, AttachStdout: true, AttachStderr: true },
  });
  const output = await engine
    .stream("POST", `/exec/${id}/start`, { body: { Detach: false, Tty: false } })
    .catch((error) => {
      if (error instanceof EngineError) return error;
      throw error;
    });
  if (output instanceof EngineError) return { exitCode: notFound, output: output.message };
  let written = "";
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    output.destroy();
  }, timeoutMs);
  await readPieces(output, (piece) => {
    if (written.length < execOutputKept) written += piece.toString();
  }).catch((error) => {
    if (!timedOut) throw error;
  });
  clearTimeout(timer);
  const { ExitCode, Pid } = await engine.call<{ ExitCode: number | null; Pid: number }>(
    "GET",
    `/exec/${id}/json`,
  );
  if (timedOut) await killExec(container, Pid);
  return {
    exitCode: timedOut ? undefined : (ExitCode ?? undefined),
    output: written.slice(0, execOutputKept),
  };
}

/** The API cannot end an exec. Its process is one of this machine and is killed if permissions allow; else it stays. */
async function killExec(container: string, pid: number): Promise<void> {
  const groups = await readFile(`/proc/${pid}/cgroup`, "utf8").catch(() => "");
  if (!groups.includes(container)) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!["EPERM", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}
