import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findDatabaseServer, readVersion } from "./database-program.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "database-program-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function install(name: string, says = ""): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\necho "${says}"\n`);
  await chmod(path, 0o755);
  return path;
}

describe("the database server's program", () => {
  it("is required in one sentence when it is not installed", async () => {
    await expect(findDatabaseServer([folder])).rejects.toThrow(
      /^no MySQL-protocol server found\. Fix: [^\n]+ --database docker$/,
    );
  });

  it("prefers MariaDB's to MySQL's, in any folder", async () => {
    const mysqld = await install("mysqld");
    expect(await findDatabaseServer([folder])).toEqual([mysqld]);
    const mariadbd = await install("mariadbd");
    expect(await findDatabaseServer(["/nowhere", folder])).toEqual([mariadbd]);
  });

  it.each([
    ["mariadbd  Ver 11.8.9-MariaDB-0+deb13u1 from Debian for debian-linux-gnu on x86_64", "11.8.9-MariaDB"],
    ["/usr/sbin/mysqld  Ver 8.4.6 for Linux on x86_64 (MySQL Community Server - GPL)", "8.4.6"],
  ])("with output %j is %s", async (says, version) => {
    expect(await readVersion([await install("mysqld", says)])).toBe(version);
  });

  it("with other output is named", async () => {
    await expect(readVersion([await install("mysqld", "hello")])).rejects.toThrow(
      /mysqld cannot be asked for its version: hello/,
    );
  });
});
