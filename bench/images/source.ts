import { execFile } from "node:child_process";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

/** A copy of a program's sources in which one line can be changed. */
export interface Source {
  readonly folder: string;
  /** Changes one line to a value it has never had. */
  change(): Promise<void>;
}

/** Copies the sources of the customer service from this repository, with the installed packages. */
export async function copyService(folder: string): Promise<Source> {
  for (const part of ["package.json", "package-lock.json", ".dockerignore", "services"])
    await cp(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !/\/(dist|node_modules)$/.test(path),
    });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  return sourceOf(folder, join("services", "customer", "src", "index.ts"));
}

/** Bundles the service as .github/workflows/deploy-service.yml does. Returns the bundle's folder. */
export async function bundleService({ folder }: Source): Promise<string> {
  const service = join(folder, "services", "customer");
  await run(process.execPath, ["--run", "build"], { cwd: service });
  return join(service, "dist");
}

async function sourceOf(folder: string, path: string): Promise<Source> {
  const file = join(folder, path);
  const original = await readFile(file, "utf8");
  let changes = 0;
  return {
    folder,
    async change() {
      changes += 1;
      // A statement instead of a comment, which a bundler would leave out.
      await writeFile(file, `${original}globalThis.change = ${Date.now()} + ${changes};\n`);
    },
  };
}
