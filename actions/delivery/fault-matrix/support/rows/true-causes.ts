import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { type Row, rolledBack } from "../row.ts";

/** Runs JavaScript in place of the image's program. */
const runs = (code: string) => ({
  entryPoint: ["node", "--input-type=commonjs", "--eval", code],
  command: [],
});
/** Runs a program of this machine: the image has none but node. */
const machineRuns = (...argv: string[]) =>
  runs(
    `const [file, ...args] = ${JSON.stringify(argv)};
    process.exit(require("node:child_process").spawnSync(file, args, { stdio: "inherit" }).status);`,
  );
const waits = "setInterval(() => {}, 1_000);";
const ignores = `process.on("SIGTERM", () => {}); ${waits}`;
const asksFor = (name: string) => `console.error("Error: no ${name}"); process.exitCode = 3;`;

interface Containers {
  readonly web: Partial<ContainerDefinition>;
  /** A second container, essential unless it says otherwise. */
  readonly proxy?: Partial<ContainerDefinition>;
}

const crash = (fault: string, { web, proxy }: Containers, cause: RegExp, nextStep = /./): Row => ({
  fault,
  backEnds: ["ECS rolling"],
  inputs: { maxFailedTasks: 1 },
  draft: ({ containerDefinitions: containers }) => {
    const [first] = containers;
    if (proxy) containers.push({ ...structuredClone(first), portMappings: [], name: "proxy", ...proxy });
    Object.assign(first, web);
  },
  expect: rolledBack(cause, nextStep),
});

/** Real crashes, each with the cause that is named and, by the end of its pattern, none that is not. */
export const rowsOfCauses: readonly Row[] = [
  crash(
    "a sidecar exits with 3, and the program is ended politely",
    { web: runs(waits), proxy: runs(asksFor("upstream")) },
    /^Container proxy exited with code 3: Error: no upstream \(/,
  ),
  crash(
    "a sidecar exits with 3, and the program is ended by force",
    { web: { ...runs(ignores), stopTimeout: 2 }, proxy: runs(asksFor("upstream")) },
    /^Container proxy exited with code 3: Error: no upstream \(/,
  ),
  crash(
    "a sidecar that is not essential exits before the program",
    {
      web: runs(`setTimeout(() => { ${asksFor("menu")} }, 300);`),
      proxy: { ...runs(asksFor("upstream")), essential: false },
    },
    /^Container web exited with code 3: Error: no menu \(/,
  ),
  crash(
    "a sidecar exits with 3, and the program with 1 when it is asked to end",
    {
      web: runs(
        `process.on("SIGTERM", () => { console.log("SIGTERM: shutting down"); process.exit(1); }); ${waits}`,
      ),
      proxy: runs(`setTimeout(() => { ${asksFor("upstream")} }, 1_000);`),
    },
    /^Container proxy exited with code 3: Error: no upstream \(/,
  ),
  crash(
    "the program ends with success",
    { web: runs('console.log("done")'), proxy: runs(waits) },
    /^Container web exited with code 0: done \(/,
    /stays in the foreground/,
  ),
  crash(
    "a program that kills itself",
    { web: runs('console.log("ready"); process.kill(process.pid, "SIGKILL")'), proxy: runs(waits) },
    /^Container web exited with code 137 \(SIGKILL\)(?!.*memory)/,
    /AWS reports no lack of memory/,
  ),
  crash(
    "a module that does not exist",
    { web: { entryPoint: ["node", "server.js"], command: [] } },
    /^Container web exited with code 1: Error: Cannot find module '.*server\.js' \(/,
  ),
  crash(
    "an error with a cause",
    {
      web: runs(
        'throw new Error("cannot start", { cause: new Error("connect ECONNREFUSED 10.0.0.9:5432") })',
      ),
    },
    /^Container web exited with code 1: Error: cannot start: Error: connect ECONNREFUSED 10\.0\.0\.9:5432 \(/,
    /security groups in between/,
  ),
  crash(
    "a rejection that nothing handles, and requests after it",
    {
      web: runs(
        `console.error("Error: no menu"); console.log('10.0.0.1 - - "GET /health HTTP/1.1" 200 2'); process.exit(1)`,
      ),
    },
    /^Container web exited with code 1: Error: no menu \(/,
  ),
  crash(
    "an exception in Python during another",
    {
      web: machineRuns(
        "/usr/bin/python3",
        "-c",
        'import os\ntry:\n  os.environ["DB"]\nexcept KeyError:\n  raise RuntimeError("no settings")',
      ),
    },
    /^Container web exited with code 1: RuntimeError: no settings \(after KeyError: 'DB'\) \(/,
  ),
  crash(
    "a shell that finds no program",
    { web: machineRuns("/bin/sh", "-c", "gunicorn-of-nobody app") },
    /^Container web exited with code 127: .*gunicorn-of-nobody: (?:command )?not found \(/,
  ),
  crash(
    "an error in JSON and colours, before information",
    {
      web: runs(`const log = (line) => console.log(JSON.stringify(line));
        log({ level: "error", msg: "\\u001b[31mcannot connect\\u001b[0m", error: "refused" });
        log({ level: "info", msg: "shutting down" }); process.exit(2)`),
    },
    /^Container web exited with code 2: cannot connect: refused \(/,
  ),
  crash(
    "a cause above hundreds of frames, and a line of half a megabyte",
    {
      web: runs(`console.error("fatal error: all goroutines are asleep - deadlock!\\n\\ngoroutine 1 [select]:");
        for (let i = 0; i < 300; i++) console.error("main.f" + i + "()\\n\\t/app/main.go:" + i + " +0x1d");
        console.error("\\t" + "x".repeat(500_000)); process.exit(2)`),
    },
    /^Container web exited with code 2: fatal error: all goroutines are asleep - deadlock! \(/,
  ),
];
