import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { bundleAction } from "../../../scripts/bundle-action.ts";

const root = join(import.meta.dirname, "../../..");

/** Path → content. */
type Files = Record<string, string>;

/** For a test's repository: files of this one, as they are now. */
export async function filesOfProject(paths: readonly string[]): Promise<Files> {
  const read = paths.map(async (path) => [path, await readFile(join(root, path), "utf8")] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** Actions of this repository, bundled from their sources as they are now, whatever the committed bundles are. */
export async function bundledActions(names: readonly string[]): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), "bundled-actions-"));
  const files = await filesOfProject(names.map((name) => `actions/${name}/action.yml`));
  for (const name of names.filter((each) => existsSync(join(root, "actions", each, "src")))) {
    const bundle = join(folder, name);
    await bundleAction(name, bundle);
    for (const entry of await readdir(bundle, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile())
        files[`actions/${name}/dist/${relative(bundle, path)}`] = await readFile(path, "utf8");
    }
  }
  await rm(folder, { recursive: true });
  return files;
}
