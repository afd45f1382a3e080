import { type ChildProcess, spawn } from "node:child_process";

/**
 * A shell that outlives this process in every case, and then kills the remaining process groups. It waits for the end
 * of its standard input, in a separate session, so that a terminal's Ctrl-C does not reach it.
 */
const script = `
groups=" "
while read -r verb group; do
  case $verb in
    watch) groups="$groups$group " ;;
    forget) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done`;

let shell: ChildProcess | undefined;

/** Ends the process, with the group that it leads, when this process ends first. */
export function endWithThisProcess(leader: ChildProcess): void {
  const { pid } = leader;
  // The process could not be started, or has ended.
  if (pid === undefined || leader.exitCode !== null || leader.signalCode !== null) return;
  shell ??= startShell();
  const { stdin } = shell;
  stdin?.write(`watch ${pid}\n`);
  leader.once("exit", () => stdin?.write(`forget ${pid}\n`));
}

function startShell(): ChildProcess {
  const started = spawn("/bin/sh", ["-c", script, "orphan-guard"], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  started.on("error", () => {});
  started.stdin.on("error", () => {});
  started.unref();
  return started;
}
