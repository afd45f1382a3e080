// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Runs a program behind one line with the elapsed time. Resolves to whether it succeeded, with its output. A signal
 * ends the program, and this process with it.
 * @param {string} title such as "installing packages (npm ci)"
 * @param {string[]} argv
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export async function runQuietly(title, [command = "", ...args], options) {
  const line = startLine(title);
  // Runs in its own process group: it has children, and a terminal's Ctrl-C must reach them only once.
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  const release = endOnSignal(child);
  const code = await once(child, "close").then(
    ([code]) => code,
    (error) => {
      output += error.message;
      return 1;
    },
  );
  release();
  line.end(code === 0 ? "done" : "failed");
  return { succeeded: code === 0, output: output.trimEnd() };
}

/** @param {string} text */
export const lastLines = (text) => text.split("\n").slice(-20).join("\n");

/** @param {string} title */
function startLine(title) {
  const startedAt = performance.now();
  const { stderr } = process;
  const elapsed = () => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  if (!stderr.isTTY) {
    stderr.write(`${title} …\n`);
    return { end: (/** @type {string} */ how) => stderr.write(`${title}: ${how} in ${elapsed()}\n`) };
  }
  const show = () => stderr.write(`\r\u001b[2K${title} … ${elapsed()}`);
  show();
  const timer = setInterval(show, 1000);
  return {
    end(/** @type {string} */ how) {
      clearInterval(timer);
      stderr.write(`\r\u001b[2K${title}: ${how} in ${elapsed()}\n`);
    },
  };
}

/** @param {import("node:child_process").ChildProcess} child */
function endOnSignal(child) {
  const handlers = Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }).map(([signal, exitCode]) => {
    const end = () => {
      // npm ends its own children on SIGTERM; remaining processes are killed.
      signalGroup(child, "SIGTERM");
      setTimeout(() => signalGroup(child, "SIGKILL"), 5000).unref();
      child.once("close", () => process.exit(exitCode));
    };
    process.on(signal, end);
    return () => process.off(signal, end);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
