import { execFile } from "node:child_process";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { beforeAll, expect, test } from "vitest";

const execute = promisify(execFile);
const folder = useFolder();
const packed = join(folder, "packed");
const root = join(import.meta.dirname, "..");
let printed = "";

/** The package's files, Node.js and Git: no node_modules, nothing of this repository. */
beforeAll(async () => {
  const pack = [join(root, "scripts/pack-cli.ts"), packed];
  printed = (await execute(process.execPath, pack)).stdout;
  await mkdir(join(folder, "bin"));
  await symlink(process.execPath, join(folder, "bin/node"));
  const git = await execute("sh", ["-c", "command -v git"]);
  await symlink(git.stdout.trim(), join(folder, "bin/git"));
}, 120_000);

/** Runs the command line in a folder, without the environment of the tests. */
const run = (...argv: string[]) =>
  execute(process.execPath, [join(packed, "bin.cjs"), ...argv], {
    cwd: folder,
    env: { PATH: join(folder, "bin"), HOME: folder },
  });

test("prints its parts and sizes, which stay small", () => {
  const [, unpacked = "", tarball = ""] =
    /^unpacked +\d+ files +([\d.]+) MB, packed ([\d.]+) MB$/m.exec(printed) ?? [];
  expect(printed).toMatch(/^lib +\d+ files +[\d.]+ MB$/m);
  expect(Number(unpacked)).toBeGreaterThan(10);
  expect(Number(unpacked)).toBeLessThan(80);
  expect(Number(tarball)).toBeLessThan(20);
});

test("starts without an installation", async () => {
  expect(await readdir(packed)).not.toContain("node_modules");
  expect((await run("--help")).stdout).toContain("deploy-service");
  expect((await run("watch", "--help")).stdout).toContain("--cluster");
});
