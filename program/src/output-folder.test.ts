import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { renewOutput } from "./output-folder.ts";
import { useFolder } from "./test-folder.support.ts";

const base = useFolder();
beforeAll(async () => {
  for (const folder of ["home/project", "full", "git/.git", "other", "own/lib", "own/mine/lib", "via"])
    await mkdir(join(base, folder), { recursive: true });
  for (const folder of [".", "home", "home/project", "own"])
    await writeFile(join(base, folder, "package.json"), '{"madeBy":"this script"}');
  await writeFile(join(base, "other/package.json"), '{"config":{"madeBy":"this script"}}');
  await writeFile(join(base, "full/a"), "");
  await symlink(join(base, "own/package.json"), join(base, "via/package.json"));
  for (const link of ["link", "own/lib/link"]) await symlink(join(base, "home/project"), join(base, link));
});

const renew = (folder: string) =>
  renewOutput(join(base, folder), {
    madeBy: "this script",
    names: ["lib", "package.json"],
    never: [join(base, "home/project"), join(base, "home")],
  });

it.each([
  ["with a file", "full", "is not empty. Fix: choose a new folder"],
  ["with a hidden folder", "git", "is not empty"],
  ["with another package.json", "other", "is not empty"],
  ["with a link to a package.json", "via", "is not empty"],
  ["that is a file", "full/a", "cannot be written to"],
  ["that is the project", "home/project", "contains "],
  ["that links to the project", "link", "contains "],
  ["that is the home folder", "home", "contains "],
  ["above both", ".", "contains "],
])("refuses a folder %s, and removes nothing", async (_, folder, message) => {
  const before = await readdir(base, { recursive: true });
  await expect(renew(folder)).rejects.toThrow(message);
  expect(await readdir(base, { recursive: true })).toEqual(before);
});

it("creates a folder, and removes only what the script wrote in one that it made earlier", async () => {
  await renew("new");
  expect(await readdir(join(base, "new"))).toEqual([]);
  await renew("own");
  expect(await readdir(join(base, "own"), { recursive: true })).toEqual(["mine", "mine/lib"]);
  expect(await readdir(join(base, "home/project"))).toEqual(["package.json"]);
});
