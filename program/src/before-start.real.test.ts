import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { thisProcess } from "./processes.mjs";
import { useFolder } from "./test-folder.support.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
/** All files that run before the installation. */
const sources = [
  "package.json",
  "package-lock.json",
  "scripts/run.mjs",
  "program/src",
  "lab/src/course/clinic/options.mjs",
  "lab/src/course/start/options.mjs",
  "lab/src/options.mjs",
  "lab/src/story",
  "simulator/src/options.mjs",
];

const directory = useFolder();
let clone: string;
// Its name contains characters that are special in shells and URLs.
beforeEach(async () => {
  clone = await mkdtemp(join(directory, "Kaffee für 'Ünder' 100% "));
  for (const source of sources) {
    // The machine's Node cannot read TypeScript.
    const filter = (path: string) => !path.endsWith(".ts");
    await cp(join(root, source), join(clone, source), { recursive: true, filter });
  }
  await git("init", "--quiet");
  const author = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
  await git(...author, "commit", "--quiet", "--allow-empty", "-m", "x");
});

const git = (...command: string[]) => run("git", command, { cwd: clone });

/** `npm run …` as a user types it, on the machine's own Node. */
async function npm(command: string[], environment: NodeJS.ProcessEnv = {}) {
  const { PATH = "", HOME, LANG } = process.env;
  // The tests' own Node is not on the machine's path.
  const path = PATH.split(":").filter((folder) => !folder.startsWith(join(root, "node_modules")));
  const before = await readdir(clone);
  const child = spawn("npm", ["run", "--silent", ...command], {
    cwd: clone,
    env: { PATH: path.join(":"), HOME, LANG, npm_config_loglevel: "silent", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(await readdir(clone)).toEqual(before);
  return { code, output };
}

describe("on a fresh clone, and without installing anything,", () => {
  it.each(["lab", "simulator"])("npm run %s -- --help prints the options", async (command) => {
    const { code, output } = await npm([command, "--", "--help"]);
    expect(code).toBe(0);
    expect(output).toContain(`npm run ${command} -- [options]`);
    expect(output).toContain("  --port N");
  });

  it.each([
    [
      ["lab", "--", "--onec"],
      /^lab: unknown option --onec, did you mean --once\? Options: --once, .*, --help\n$/,
    ],
    [["lab", "--", "--port", "70000"], /^lab: --port: "70000" is not a whole number from 0 to 65535\n$/],
    [["lab", "--port=70000"], /^lab: --port: "70000" is not a whole number from 0 to 65535\n$/],
    [["lab", "--port", "70000"], /^lab: --port: "70000" is not a whole number from 0 to 65535\n$/],
    [
      ["lab", "--port", "1", "--time-scale", "2"],
      /^lab: npm has kept .* npm run lab -- --port N --time-scale N\n$/,
    ],
    [
      ["simulator", "--", "--account", "12"],
      /^simulator: --account: "12" is not a twelve-digit account id\n$/,
    ],
  ])("npm run %j is refused in one sentence", async (command, sentence) => {
    const { code, output } = await npm(command);
    expect(output).toMatch(sentence);
    expect(code).toBe(2);
  });

  it("every used port is reported with its owner and the option that changes it", async () => {
    const { port, close } = await listen();
    const { code, output } = await npm(["lab", "--", "--port", `${port}`]);
    await close();
    const user = process.platform === "linux" ? `.* \\(process ${process.pid}\\)` : "another program";
    expect(output).toMatch(
      new RegExp(`^lab: .*port ${port} \\(--port\\) is used by ${user}.*\\. Fix: .* with .*--port`),
    );
    expect(code).toBe(2);
  });

  it("a second rehearsal does not touch the first one's report", async () => {
    await mkdir(join(clone, ".lab"));
    await writeFile(join(clone, ".lab", "owner"), thisProcess());
    const { code, output } = await npm(["lab"]);
    expect(output).toContain(`already running (process ${process.pid})`);
    expect(code).toBe(2);
    expect(await readdir(join(clone, ".lab"))).toEqual(["owner"]);
  });

  it("a killed rehearsal does not block others", async () => {
    const { port, close } = await listen();
    await mkdir(join(clone, ".lab"));
    await writeFile(join(clone, ".lab", "owner"), thisProcess().replace(/-\d+-/, "-4194305-"));
    const { output } = await npm(["lab", "--", "--port", `${port}`]);
    await close();
    expect(output).toContain(`port ${port}`);
  });

  it.each([
    ["an unpacked ZIP file", [[]], /is not a git clone, .* git init && git add --all && git commit/],
    ["a repository without a commit", [["init", "--quiet"]], /has no commit, .* git commit/],
  ])("%s is refused, as the lab deploys commits", async (_, commands, sentence) => {
    await rm(join(clone, ".git"), { recursive: true });
    for (const command of commands) if (command.length > 0) await git(...command);
    const { code, output } = await npm(["lab"]);
    expect(output).toMatch(sentence);
    expect(code).toBe(2);
  });

  it("a folder of another repository is not a clone", async () => {
    await rm(join(clone, ".git"), { recursive: true });
    await run("git", ["init", "--quiet"], { cwd: directory });
    const { code, output } = await npm(["lab"]);
    await rm(join(directory, ".git"), { recursive: true });
    expect(output).toContain("is not a git clone");
    expect(code).toBe(2);
  });

  it("a temporary folder that cannot be written to is reported", async () => {
    const { code, output } = await npm(["lab"], { TMPDIR: "/dev/null/tmp" });
    expect(output).toContain("/dev/null/tmp is not writable (ENOTDIR). Fix: set TMPDIR");
    expect(code).toBe(2);
  });

  it("packages are not changed while a program of the clone runs", async () => {
    const program = join(clone, "simulator/src/main.ts");
    await writeFile(program, "process.stdin.resume();");
    const simulator = spawn(process.execPath, [program], { stdio: ["pipe", "ignore", "inherit"] });
    const { code, output } = await npm(["simulator", "--", "--port", "0"]);
    simulator.stdin.end();
    expect(output).toContain(
      `npm run simulator in ${clone} (process ${simulator.pid}) uses the installed packages`,
    );
    expect(code).toBe(2);
  });

  it("an empty HOME is reported", async () => {
    const { code, output } = await npm(["simulator"], {
      HOME: "",
      npm_config_cache: join(directory, "cache"),
    });
    expect(output).toBe(
      'simulator: HOME is "", which is not a folder. Fix: set HOME to your home folder, or unset it\n',
    );
    expect(code).toBe(2);
  });

  it("a home that cannot be written to is reported, as npm keeps its packages there", async () => {
    const { code, output } = await npm(["simulator", "--", "--port", "0"], { HOME: "/dev/null" });
    expect(output).toMatch(/^simulator: packages cannot be installed: \/dev\/null\/.* Fix: set HOME/);
    expect(code).toBe(2);
  });
});

async function listen() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  return { port, close: () => new Promise((resolve) => server.close(resolve)) };
}
