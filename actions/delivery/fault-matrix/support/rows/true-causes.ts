import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { type Row, rolledBack } from "../row.ts";

type Container = Partial<ContainerDefinition>;

/** Runs JavaScript in place of the image's program. */
const runs = (code: string, more: Container = {}): Container => ({
  entryPoint: ["node", "--input-type=commonjs", "--eval", code],
  command: [],
  ...more,
});
/** Runs a program of this machine: the image has none but node. */
const machineRuns = (file: string, ...args: string[]) =>
  runs(
    `const end = require("node:child_process").spawnSync("${file}", ${JSON.stringify(args)}, { stdio: "inherit" });
    process.exit(end.status);`,
  );
const waits = "setInterval(() => {}, 1_000);";
const fails = (what: string) => `console.error("Error: no ${what}"); process.exitCode = 3;`;
const python = 'import os\ntry:\n  os.environ["DB"]\nexcept KeyError:\n  raise RuntimeError("no settings")';
/** A crash of Go, above hundreds of frames and a line of half a megabyte. */
const deepCrash = `console.error("fatal error: all goroutines are asleep - deadlock!\\n\\ngoroutine 1 [select]:");
  for (let i = 0; i < 300; i++) console.error("main.f" + i + "()\\n\\t/app/main.go:" + i + " +0x1d");
  console.error("\\t" + "x".repeat(500_000)); process.exit(2)`;
const colouredJson = `const log = (line) => console.log(JSON.stringify(line));
  log({ level: "error", msg: "\\u001b[31mcannot connect\\u001b[0m", error: "refused" });
  log({ level: "info", msg: "shutting down" }); process.exit(2)`;
const ofProxy = /^Container proxy exited with code 3: Error: no upstream \(/;

/** Real crashes of two containers, or of web alone: the cause, and by the end of its pattern nothing else. */
const crashes: readonly [fault: string, cause: RegExp, web: Container, proxy?: Container][] = [
  ["a sidecar, then the program politely", ofProxy, runs(waits), runs(fails("upstream"))],
  [
    "a sidecar, then the program by force",
    ofProxy,
    runs(`process.on("SIGTERM", () => {}); ${waits}`, { stopTimeout: 2 }),
    runs(fails("upstream")),
  ],
  [
    "a sidecar, then the program with 1 as it is asked to end",
    ofProxy,
    runs(`process.on("SIGTERM", () => { console.log("SIGTERM: bye"); process.exit(1); }); ${waits}`),
    runs(`setTimeout(() => { ${fails("upstream")} }, 1_000);`),
  ],
  [
    "the program, after a sidecar that is not essential",
    /^Container web exited with code 3: Error: no menu \(/,
    runs(`setTimeout(() => { ${fails("menu")} }, 300);`),
    runs(fails("upstream"), { essential: false }),
  ],
  [
    "the program with success, then a sidecar",
    /^Container web exited with code 0: done \(/,
    runs('console.log("done")'),
    runs(waits),
  ],
  [
    "the program by its own SIGKILL",
    /^Container web exited with code 137 \(SIGKILL\): ready \(/,
    runs('console.log("ready"); process.kill(process.pid, "SIGKILL")'),
    runs(waits),
  ],
  [
    "Node without a module",
    /^Container web exited with code 1: Error: Cannot find module '.*server\.js' \(/,
    { entryPoint: ["node", "server.js"], command: [] },
  ],
  [
    "Node by an error with a cause",
    /^Container web exited with code 1: Error: cannot start: Error: connect ECONNREFUSED 10\.0\.0\.9:5432 \(/,
    runs('throw new Error("cannot start", { cause: new Error("connect ECONNREFUSED 10.0.0.9:5432") })'),
  ],
  [
    "Python by an exception during another",
    /^Container web exited with code 1: RuntimeError: no settings \(after KeyError: 'DB'\) \(/,
    machineRuns("/usr/bin/python3", "-c", python),
  ],
  [
    "a shell without the program",
    /^Container web exited with code 127: .*no-such-server: (?:command )?not found \(/,
    machineRuns("/bin/sh", "-c", "no-such-server app"),
  ],
  [
    "a program that logs JSON and colours",
    /^Container web exited with code 2: cannot connect: refused \(/,
    runs(colouredJson),
  ],
  [
    "a program with a long stack",
    /^Container web exited with code 2: fatal error: all goroutines are asleep - deadlock! \(/,
    runs(deepCrash),
  ],
];

export const rowsOfCauses: readonly Row[] = crashes.map(([fault, cause, web, proxy]) => ({
  fault,
  backEnds: ["ECS rolling"],
  inputs: { maxFailedTasks: 1 },
  draft: ({ containerDefinitions: containers }) => {
    const [first] = containers;
    if (proxy) containers.push({ ...structuredClone(first), portMappings: [], name: "proxy", ...proxy });
    Object.assign(first, web);
  },
  expect: rolledBack(cause),
}));
