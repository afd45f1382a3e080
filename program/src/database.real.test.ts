import { execFileSync } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { provideDatabaseServer } from "./database.mjs";
import { useEmptyFolder } from "./test-folder.support.ts";

const folder = useEmptyFolder();
const programs = join(folder, "programs");
const cache = join(folder, "of a user/ecs-delivery");
beforeEach(async () => {
  await mkdir(programs);
  vi.stubEnv("PATH", `${programs}:/usr/bin:/bin`);
  vi.stubEnv("HOME", "/dev/null");
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "of a user"));
});
afterEach(() => void vi.unstubAllEnvs());

const provide = (kind = "local") =>
  provideDatabaseServer(kind, [programs, join(cache, "database-server/bin")]);
const install = (name: string, script: string) =>
  writeFile(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

/** @param lists an option without which apt knows no package */
async function installApt(lists: string, unpacks: string): Promise<void> {
  const uri = "echo \"'http://mirror/x.deb' mariadb-server-core_1%3a11_amd64.deb 7500000 SHA256:0\"";
  const print = `case "$*" in *'${lists}'*) ${uri} ;; esac`;
  await install(
    "apt-get",
    `case "$*" in *--print-uris*) ${print} ;; *' download '*) touch server.deb ;; esac`,
  );
  const server = "$3/usr/sbin/mariadbd";
  const script = `printf '#!/bin/sh\\necho "$LD_LIBRARY_PATH $*"\\n' > "${server}"; chmod +x "${server}"`;
  await install("dpkg-deb", `mkdir -p "$3/usr/sbin" "$3/usr/lib/x86_64-linux-gnu"; ${script}; ${unpacks}`);
}

it.each(["", "Dir::State::Lists"])(
  "downloads a server, which alone gets its libraries (%s)",
  async (lists) => {
    await installApt(lists, "");
    provide();
    expect(await readdir(cache)).toEqual(["database-server"]);
    const server = join(cache, "database-server");
    const said = execFileSync(join(server, "bin/mariadbd"), ["--no-defaults"], { encoding: "utf8" });
    expect(said).toBe(
      `${server}/lib/*-linux-*:${server}/usr/lib/x86_64-linux-gnu --no-defaults --basedir=${server}/usr\n`,
    );
    await installApt("", "exit 1");
    provide();
  },
);

it("keeps nothing of a download that did not succeed", async () => {
  await installApt("", "exit 2");
  expect(() => provide()).toThrow(/^no MySQL-protocol server found\. Fix: .*apt-get install/);
  expect(await readdir(cache)).toEqual([]);
});

it.each([
  ["local", ["apt-get", "dpkg-deb"], "/dev/null", "/dev/null/ecs-delivery is not writable (ENOTDIR), "],
  ["local", ["apt-get", "dpkg-deb"], "relative", "/dev/null/.cache/ecs-delivery is not writable (ENOTDIR), "],
  ["local", ["dnf"], "", "dnf install mariadb-server;"],
  ["local", ["pacman"], "", "pacman -S mariadb;"],
  ["local", ["apk"], "", "apk add mariadb mariadb-client;"],
  ["local", ["brew"], "", ". Fix: brew install mariadb;"],
  ["local", [], "", ". Fix: install MariaDB;"],
  ["docker", ["docker"], "", "--database docker: the image cannot be had. Fix: start Docker"],
])("refuses %s with %j and the cache %j", async (kind, names, cache, message) => {
  for (const name of names) await install(name, "exit 1");
  if (cache) vi.stubEnv("XDG_CACHE_HOME", cache);
  expect(() => provide(kind)).toThrow(message);
});
