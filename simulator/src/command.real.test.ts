import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const secret = "a secret of the user's";
let temporary: string;
let npm: ChildProcess | undefined;
let printed: string;
beforeEach(async () => {
  printed = "";
  temporary = await mkdtemp(join(tmpdir(), "simulator-command-"));
});
afterEach(async () => {
  if (npm?.exitCode === null && npm.signalCode === null) {
    npm.kill("SIGTERM");
    await once(npm, "exit");
  }
  await rm(temporary, { recursive: true });
});

/** Starts `npm run simulator` with an account that has a database, and resolves when both serve. */
async function start(): Promise<ChildProcess> {
  const args = ["run", "--silent", "simulator", "--", "--port", "0", "--account-kind", "academy"];
  npm = spawn("npm", args, {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary, NPM_TOKEN: secret },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const started = npm;
  await new Promise<void>((resolve) => {
    started.stderr?.on("data", (text) => {
      printed += text;
      if (/is ready/.test(printed)) resolve();
    });
  });
  await expect.poll(() => processes("mariadbd|mysqld")).not.toEqual([]);
  return started;
}

/** Ids of this test's processes by a part of their command line. */
async function processes(pattern: string): Promise<number[]> {
  const search = promisify(execFile)("pgrep", ["--full", `(${pattern}).*${temporary}`]);
  const { stdout } = await search.catch(() => ({ stdout: "" }));
  return stdout.split("\n").filter(Boolean).map(Number);
}

/** Folders of simulators' data; npm has some of its own there. */
const dataFolders = async () => (await readdir(temporary)).filter((name) => name.startsWith("simulator-"));

it.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const)(
  "ends with everything it started when npm alone gets %s",
  async (signal) => {
    const started = await start();
    started.kill(signal);
    await expect.poll(() => processes("")).toEqual([]);
    await expect.poll(dataFolders).toEqual([]);
  },
);

it.runIf(process.platform === "linux")("gives its child processes no secret of its user", async () => {
  await start();
  const [database] = await processes("mariadbd|mysqld");
  const environment = await readFile(`/proc/${database}/environ`, "utf8");
  expect(environment).toContain(temporary);
  expect(environment).not.toContain(secret);
});

it("leads a browser that opens its address to the page that it serves", async () => {
  await start();
  const [endpoint = ""] = /http:\/\/127\.0\.0\.1:\d+(?=\/v1\/repos)/.exec(printed) ?? [];
  const response = await fetch(endpoint, { headers: { Accept: "text/html" } });
  expect(printed).toContain(`watch it in a browser: ${new URL(response.url).origin}`);
  expect(await response.text()).toMatch(/^<!doctype html>/i);
});

it("leaves no process when it is killed, and no data after the next start", async () => {
  await start();
  const [left = ""] = await dataFolders();
  process.kill(Number(left.split("-")[2]), "SIGKILL");
  await expect.poll(() => processes("")).toEqual([]);
  expect(await dataFolders()).toEqual([left]);
  await start();
  expect(await dataFolders()).toHaveLength(1);
  expect(await dataFolders()).not.toEqual([left]);
});
