import { randomUUID } from "node:crypto";
import {
  accessSync,
  constants,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

// A process that ends sooner can be missed.
const pollMs = 50;
// A process can start others while it is being ended.
const mostRounds = 50;

/** Programs whose first argument that is a file is the code that they run. */
const interpreters = /^(node|sh|dash|bash|zsh|perl|ruby|python[\d.]*)$/;

/**
 * Processes of a job, and the files that they execute. GitHub's runner finds processes by RUNNER_TRACKING_ID; this one
 * also by any variable with the job's folder, and by their parents. Without /proc, only the processes that the runner
 * itself starts are known.
 */
export class JobProcesses {
  readonly trackingId = `github_${randomUUID()}`;
  private readonly files = new Set<string>();
  private own = new Set<string>();
  private others = new Set<string>();
  private readonly directory: string;

  /** @param directory of the job */
  constructor(directory: string) {
    this.directory = directory;
  }

  note(file: string | undefined): void {
    if (file) this.files.add(file);
  }

  /** Polls the processes that descend from this one until the returned function is called. */
  watch(pid: number): () => void {
    this.own.add(String(pid));
    this.others.delete(String(pid));
    const timer = setInterval(() => this.poll(), pollMs).unref();
    return () => {
      clearInterval(timer);
      this.poll();
    };
  }

  /** Ends the processes that are left. Resolves to a line for each, as in the log of GitHub's runner. */
  async end(): Promise<string[]> {
    const lines = new Set<string>();
    for (let round = 0; round < mostRounds; round++) {
      this.others.clear();
      this.poll();
      if (this.own.size === 0) break;
      for (const pid of this.own) {
        lines.add(`Terminate orphan process: pid (${pid}) (${readProcess(pid, "comm").trim()})`);
        attempt(() => process.kill(Number(pid), "SIGKILL"));
      }
      await wait(1);
    }
    return [...lines];
  }

  /** Returns the executed files: relative to the folder of all runs, or absolute. */
  executed(folder: string): string[] {
    const real = realpathSync(folder);
    return [...this.files].map((file) => file.replace(`${real}/`, "").replace(`${folder}/`, "")).sort();
  }

  private poll(): void {
    const { own, others } = this;
    const pids = attempt(() => readdirSync("/proc").filter((name) => /^\d+$/.test(name))) ?? [];
    const checked = pids.filter((pid) => !others.has(pid) && this.isOwn(pid, own));
    this.own = new Set(checked);
    this.others = new Set(pids.filter((pid) => !this.own.has(pid)));
    for (const pid of checked) this.noteProcess(pid);
  }

  private isOwn(pid: string, own: ReadonlySet<string>): boolean {
    // Source of the fields: proc_pid_stat(5).
    const [, state = "Z", parent = ""] = /\) (.) (\d+) /.exec(readProcess(pid, "stat")) ?? [];
    if (state === "Z" || Number(pid) === process.pid) return false;
    if (own.has(pid) || own.has(parent)) return true;
    const environment = readProcess(pid, "environ");
    return [this.trackingId, `${this.directory}/`].some((mark) => environment.includes(mark));
  }

  private noteProcess(pid: string): void {
    const program = attempt(() => readlinkSync(`/proc/${pid}/exe`));
    this.note(program);
    if (!program || !interpreters.test(basename(program))) return;
    const directory = attempt(() => readlinkSync(`/proc/${pid}/cwd`)) ?? "/";
    const [, ...given] = readProcess(pid, "cmdline").split("\0");
    const paths = given.filter(Boolean).map((each) => resolve(directory, each));
    this.note(paths.find(isFile));
  }
}

/** Returns the file that a command of a step starts, as found through its PATH. */
export function findProgram(command: string, { PATH = "" }: Record<string, string>): string | undefined {
  const paths = PATH.split(":").map((folder) => (command.includes("/") ? command : join(folder, command)));
  return paths.find((path) => isFile(path) && attempt(() => accessSync(path, constants.X_OK) ?? true));
}

const readProcess = (pid: string, file: string) =>
  attempt(() => readFileSync(`/proc/${pid}/${file}`, "utf8")) ?? "";

const isFile = (path: string) => attempt(() => statSync(path).isFile()) ?? false;

/** Undefined for what has ended, belongs to another user, or is not a path. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
