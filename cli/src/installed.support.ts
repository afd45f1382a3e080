import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
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

/** Installs the npm package in the file CLI_PACKAGE, else packs one, into an empty folder without a network. */
export async function installCommandLine() {
  const home = await mkdtemp(join(tmpdir(), "cli-test-"));
  const folder = join(home, "project");
  await mkdir(folder);
  const file = process.env.CLI_PACKAGE ?? (await pack(home));
  await execute("npm", ["install", file, "--offline", "--no-audit", "--no-fund"], { cwd: folder });
  const program = join(folder, "node_modules/.bin/ecs-delivery");
  return {
    folder,
    tarballBytes: (await stat(file)).size,
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

/** Returns the package's file. */
async function pack(home: string): Promise<string> {
  const packed = join(home, "package");
  await execute(process.execPath, [join(root, "scripts/pack-cli.ts"), packed]);
  const { stdout } = await execute("npm", ["pack", packed, "--json", "--loglevel=error"], { cwd: home });
  return join(home, JSON.parse(stdout)[0].filename);
}
