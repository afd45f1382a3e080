import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { beforeAll, expect, test } from "vitest";

const execute = promisify(execFile);
const folder = useFolder();
const packed = join(folder, "packed");
const repository = join(folder, "repository");
const root = join(import.meta.dirname, "..");
let printed = "";

/** Nothing of this repository and of the tests: the package's files, Node.js and the system's programs. */
const there = {
  cwd: repository,
  env: {
    PATH: `${join(folder, "bin")}:/usr/local/bin:/usr/bin:/bin`,
    HOME: folder,
    // In containers, the example would need its public base image.
    DOCKER_HOST: "unix:///nowhere/docker.sock",
  },
};

beforeAll(async () => {
  const pack = [join(root, "scripts/pack-cli.ts"), packed];
  printed = (await execute(process.execPath, pack)).stdout;
  await mkdir(join(folder, "bin"));
  await symlink(process.execPath, join(folder, "bin/node"));
  await cp(join(root, "examples/rolling"), repository, { recursive: true });
  const identity = ["-c", "user.name=Octo", "-c", "user.email=octo@example.com"];
  for (const argv of [
    ["init", "-b", "main"],
    ["add", "."],
    [...identity, "commit", "-m", "First"],
  ])
    await execute("git", argv, there);
});

const run = (...argv: string[]) => execute("node", [join(packed, "bin.cjs"), ...argv], there);
/** Ports that nothing else uses. */
const ports = ["--port", "0", "--listener-offset", "21700"];

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

test("rehearses a repository's deployment once", async () => {
  const files = ["--json", join(folder, "lab.json"), "--junit", join(folder, "lab.xml")];
  const { stdout } = await run("lab", "--once", "--yes", ...ports, ...files);
  expect(stdout).toMatch(
    /✓ Run OWNER\/ecs-delivery\/actions\/deploy-service@v1 [\s\S]*The rehearsal is green/,
  );
  expect(JSON.parse(await readFile(files[1] as string, "utf8"))).toBeTypeOf("object");
  expect(await readFile(files[3] as string, "utf8")).toContain("<testsuite");
});

test("serves the live page of a repository's services until Ctrl-C", async () => {
  const child = spawn("node", [join(packed, "bin.cjs"), "lab", "--yes", ...ports], there);
  let output = "";
  const address = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk) => {
      output += chunk;
      const [found] = /http:\S+\?secret=\S+(?=\n)/.exec(output) ?? [];
      if (found) resolve(found);
    });
  });
  const ended = once(child, "exit");
  const page = await Promise.race([address, ended.then(() => expect.fail(output))]);
  const entered = await fetch(page, { redirect: "manual" });
  const headers = { cookie: entered.headers.getSetCookie().join("; ").replace(/;.*/, "") };
  const textOf = async (path: string) => (await fetch(new URL(path, page), { headers })).text();
  const html = await textOf("/");
  expect(html).toContain("menu");
  expect(html).toContain("/files/main.mjs");
  const loaded = [...html.matchAll(/(?:src|href)="(\/(?:files|x)\/[^"]+)"/g)].map(([, path = ""]) => path);
  const statuses = loaded.map(async (path) => [path, (await fetch(new URL(path, page), { headers })).status]);
  expect(await Promise.all(statuses)).toEqual(loaded.map((path) => [path, 200]));
  for (const tab of ["/runs", "/operate", "/account"]) expect(await textOf(tab)).toContain("</html>");
  child.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
});
