import { existsSync } from "node:fs";
import { chmod, cp, mkdir, realpath, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

const home = "/usr/local/lib/node_modules/npm";

/** The interpreter has a full path, as there is no `env` to find it. */
const command = `#!/usr/local/bin/node\nrequire("${home}/lib/cli.js")(process);\n`;

/** npm of this machine, which is JavaScript only, and the commands that run it without a shell. */
export async function copyNpm(folder: string): Promise<void> {
  const from = await findNpm();
  const parts = ["package.json", "LICENSE", "bin", "lib", "node_modules"];
  for (const part of parts)
    await cp(join(from, part), join(folder, home, part), { recursive: true, dereference: true });
  const bin = join(folder, "/usr/local/bin/npm");
  await mkdir(dirname(bin), { recursive: true });
  await writeFile(bin, command);
  await chmod(bin, 0o755);
}

/** The folder of npm's package. */
async function findNpm(): Promise<string> {
  const onPath = (process.env.PATH ?? "").split(delimiter).map((each) => join(each, "npm"));
  // npm passes its own location to scripts.
  for (const program of [process.env.npm_execpath, ...onPath]) {
    if (!program || !existsSync(program)) continue;
    const npm = dirname(dirname(await realpath(program)));
    // Debian's own npm has its dependencies elsewhere, and another tool may have the name npm.
    if (existsSync(join(npm, "lib/cli.js")) && existsSync(join(npm, "node_modules/@npmcli/arborist")))
      return npm;
  }
  throw new Error(
    "no npm with its dependencies inside was found on PATH: install Node from https://nodejs.org, or run npm install --global npm",
  );
}
