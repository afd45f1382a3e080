import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Janitor {
  /** Ends the janitor without any work. */
  dismiss(): void;
}

const program = fileURLToPath(new URL("./clean-up-after.ts", import.meta.url));

/**
 * Starts a process that outlives this one in every case, to remove its leftovers in the engine. It waits for the end of
 * its standard input, which this process holds open, in a separate session, so that a terminal's Ctrl-C does not reach
 * it.
 */
export function startJanitor(owner: string): Janitor {
  const janitor = spawn(process.execPath, [program, owner], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // The next start removes leftovers, too.
  janitor.on("error", () => {});
  janitor.stdin.on("error", () => {});
  janitor.unref();
  return { dismiss: () => void janitor.kill("SIGKILL") };
}
