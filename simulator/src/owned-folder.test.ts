import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { thisProcess } from "@ecs-delivery/program/processes";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { makeOwnedFolder } from "./owned-folder.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "owned-folder-"));
  vi.stubEnv("TMPDIR", directory);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

it("removes the folders of processes that were killed, and no other", async () => {
  const dead = thisProcess().replace(/-\d+-/, "-4194305-");
  const living = await makeOwnedFolder("simulator");
  const kept = [basename(living), `lab-${dead}-abc`, "simulator-of-another-kind"];
  for (const name of [...kept.slice(1), `simulator-${dead}-abc`]) {
    await mkdir(join(directory, name));
    await writeFile(join(directory, name, "data"), "");
  }
  const made = await makeOwnedFolder("simulator");
  expect((await readdir(directory)).sort()).toEqual([...kept, basename(made)].sort());
});

it("removes the folder of a killed process from the system's place when it makes its own elsewhere", async () => {
  const dead = join(directory, `lab-${thisProcess().replace(/-\d+-/, "-4194305-")}-abc`);
  const other = join(directory, "other");
  await Promise.all([mkdir(dead), mkdir(other)]);
  const made = await makeOwnedFolder("lab", other);
  expect(await readdir(directory)).toEqual(["other"]);
  expect(await readdir(other)).toEqual([basename(made)]);
});

it("names a temporary folder that does not exist", async () => {
  vi.stubEnv("TMPDIR", join(directory, "missing"));
  await expect(makeOwnedFolder("simulator")).rejects.toThrow(
    `no folder can be made in ${directory}/missing (ENOENT). Fix: set TMPDIR to a writable one`,
  );
});
