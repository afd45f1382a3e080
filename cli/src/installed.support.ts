import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");

export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Called with all output so far, whenever there is more. */
  readonly onOutput?: (output: string, interrupt: () => void) => void;
}

export type Installed = Awaited<ReturnType<typeof installCommandLine>>;

/** Packs the command line, and installs it into an empty folder without a network. */
export async function installCommandLine() {
  const home = await mkdtemp(join(tmpdir(), "cli-test-"));
  const [packed, folder] = [join(home, "package"), join(home, "project")];
  await mkdir(folder);
  await execute(process.execPath, [join(root, "scripts/pack-cli.ts"), packed]);
  const { stdout } = await execute("npm", ["pack", packed, "--json", "--loglevel=error"], { cwd: home });
  const [{ filename, size }] = JSON.parse(stdout);
  await execute("npm", ["install", join(home, filename), "--offline", "--no-audit", "--no-fund"], {
    cwd: folder,
  });
  const program = join(folder, "node_modules/.bin/ecs-delivery");
  return {
    folder,
    tarballBytes: size as number,
    /**
     * Runs the installed program as a shell does, with the Node.js in the folder CLI_NODE if that variable is set;
     * resolves to all that it wrote.
     */
    async run(argv: readonly string[], { environment = {}, onOutput }: RunOptions = {}) {
      const { CLI_NODE, PATH: path } = process.env;
      const PATH = CLI_NODE ? `${CLI_NODE}${delimiter}${path}` : path;
      const env = { PATH, HOME: home, COLUMNS: "80", ...environment };
      const child = spawn(program, argv, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
      const texts = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const)
        child[name].on("data", (chunk: Buffer) => {
          texts[name] += chunk;
          onOutput?.(texts.stdout + texts.stderr, () => child.kill("SIGINT"));
        });
      const [code] = (await once(child, "close")) as [number | null];
      return { code, ...texts };
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
