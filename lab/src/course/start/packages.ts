import { execFile } from "node:child_process";
import { cp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Refusal } from "@ecs-delivery/program/command-line";
import { shortEnvironment } from "@ecs-delivery/program/short-environment";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
}

/**
 * Installs the packages of a program's lock file. Those of this clone are used where they have the same versions, so that
 * a machine without a network can take the course; npm installs them otherwise.
 * @param scratch folder on the same file system
 */
export async function providePackages(program: string, scratch: string, project: string): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(program, "package-lock.json"), "utf8")) as Lock;
  const wanted = Object.entries(packages).filter(([path]) => path !== "");
  const isHere = await Promise.all(
    wanted.map(async ([path, { version }]) => (await versionOf(join(project, path))) === version),
  );
  const part = join(scratch, "packages");
  await rm(part, { recursive: true, force: true });
  if (!isHere.every(Boolean)) await install(program, part);
  else
    for (const [path] of wanted)
      await cp(join(project, path), join(part, path), {
        recursive: true,
        filter: (from) => !isNested(project, path, from),
      });
  await rename(join(part, "node_modules"), join(program, "node_modules"));
}

/** Packages inside of others have their own line in the lock file. */
const isNested = (project: string, path: string, from: string) =>
  from.slice(join(project, path).length).includes("/node_modules");

const versionOf = async (folder: string): Promise<string | undefined> =>
  readFile(join(folder, "package.json"), "utf8").then(
    (text) => JSON.parse(text).version,
    () => undefined,
  );

async function install(program: string, part: string): Promise<void> {
  for (const file of ["package.json", "package-lock.json"]) await cp(join(program, file), join(part, file));
  const options = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--prefer-offline"];
  const env = shortEnvironment(process.env);
  await promisify(execFile)("npm", ["ci", ...options], { cwd: part, env }).catch((cause) => {
    const why = /npm (?:error|ERR!) (?!code)(.+)/.exec(cause.stderr ?? "")?.[1] ?? cause.message;
    throw new Refusal(
      `the monolith's packages (Express, mysql2) cannot be installed: ${why}. Fix: connect to the internet for this first start`,
      { cause },
    );
  });
}
