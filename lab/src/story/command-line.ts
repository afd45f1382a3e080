import { parseArgs } from "node:util";
import { type ChapterName, chapterList, selectChapters } from "./chapter-list.ts";
import { type TaskRuntimeKind, taskRuntimeKinds } from "./task-runtime.ts";

export const usage = `npm run lab -- [options]

Rehearses the delivery of this repository's last commit on a simulated AWS: provisions, deploys, and stays up for
"git push lab main"; Ctrl-C ends it. With --once it tells the whole story by itself and writes .lab/report.json.

  --once               provision, deploy, change a page under load, try a broken release, report, exit
  --chapters A,B,…     tell only these chapters, and those they need, then exit
  --list               list the chapters
  --runtime R          what runs the tasks: docker, a container each on the engine of this machine, or process, a
                       child process each (default docker where such an engine answers, else process)
  --port N             port of the simulated AWS (default 4566, 0 takes a free one)
  --listener-offset N  the load balancer's port P is served on 127.0.0.1:(P + N) (default 10000 with --once,
                       else 20000: browsers refuse to open port 10080)
  --time-scale N       how many times faster than the wall AWS's waits pass (default 60)
  --help
`;

export interface LabOptions {
  help: boolean;
  list: boolean;
  once: boolean;
  chapters: readonly ChapterName[];
  /** Undefined: whatever this machine offers. */
  runtime: TaskRuntimeKind | undefined;
  port: number;
  listenerOffset: number;
  timeScale: number;
}

/** Throws a sentence that names the option and what it allows. */
export function parseArguments(argv: readonly string[]): LabOptions {
  const { values } = parse(argv);
  return {
    help: values.help ?? false,
    list: values.list ?? false,
    once: values.once ?? values.chapters !== undefined,
    chapters:
      values.chapters === undefined ? chapterList.map(({ name }) => name) : selectChapters(values.chapters),
    runtime: runtimeKind(values.runtime),
    port: wholeNumber("--port", values.port ?? "4566", 0, 65_535),
    // The test listener's port, 8080, has to fit as well.
    listenerOffset: wholeNumber(
      "--listener-offset",
      values["listener-offset"] ?? ((values.once ?? values.chapters) ? "10000" : "20000"),
      0,
      65_535 - 8080,
    ),
    timeScale: wholeNumber("--time-scale", values["time-scale"] ?? "60", 1, 10_000),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        once: { type: "boolean" },
        list: { type: "boolean" },
        chapters: { type: "string" },
        runtime: { type: "string" },
        port: { type: "string" },
        "listener-offset": { type: "string" },
        "time-scale": { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

function runtimeKind(text: string | undefined): TaskRuntimeKind | undefined {
  const runtime = taskRuntimeKinds.find((each) => each === text);
  if (text !== undefined && !runtime)
    throw new Error(`--runtime: "${text}" is not one of ${taskRuntimeKinds.join(", ")}`);
  return runtime;
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new Error(`${option}: "${text}" is not a whole number from ${least} to ${most}`);
  }
  return value;
}
