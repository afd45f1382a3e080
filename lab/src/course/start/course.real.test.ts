import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { useFolder } from "@ecs-delivery/program/test-folder.support";
import { testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";
import { expect, it } from "vitest";
import { git } from "../../runner/load/git.ts";
import { splitMonolith } from "./split.ts";

const directory = useFolder();
const offset = testListenerPortOffset();
const monolith = `http://127.0.0.1:${81 + offset}`;
const main = join(import.meta.dirname, "../../main.ts");
const ports = ["--port", "0", "--listener-offset", String(offset), "--runtime", "process"];
/** Only ends a test that hangs. */
const timeout = 1_800_000;

function start(folder: string, ...options: string[]): ChildProcess {
  const argv = [main, "--course", "--work", folder, ...ports, ...options];
  return spawn(process.execPath, argv, { cwd: directory, stdio: ["ignore", "pipe", "pipe"] });
}

/** Resolves to the printed lines when the lab is ready. */
async function untilReady(lab: ChildProcess): Promise<string> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: lab.stdout as NodeJS.ReadableStream })) {
    lines.push(line);
    if (line.includes("source env.sh")) return lines.join("\n");
  }
  throw new Error(`${lines.join("\n")}\n${await text(lab.stderr as NodeJS.ReadableStream)}`);
}

async function end(lab: ChildProcess): Promise<void> {
  const ended = once(lab, "exit");
  lab.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
}

/** Runs commands as a student does in a terminal of the course. */
async function terminal(folder: string, commands: string): Promise<string> {
  const script = `set -eu\n. ./env.sh\n${commands}`;
  return (await promisify(execFile)("bash", ["-c", script], { cwd: folder })).stdout.trim();
}

it("opens the first minute: monolith, rows, folder with one commit, remote and keys", {
  timeout,
}, async () => {
  const folder = join(directory, "first");
  const lab = start(folder);
  const shown = await untilReady(lab);
  for (const part of [`${monolith}/suppliers`, "/course?secret=", folder]) expect(shown).toContain(part);
  const page = await (await fetch(`${monolith}/suppliers`)).text();
  expect(page.match(/\/supplier-update\/\d+/g)).toHaveLength(3);
  expect((await fetch(`${monolith}/admin`)).status).toBe(404);
  expect((await readdir(folder)).sort()).toEqual([".git", ".lab", "README.md", "env.sh", "monolith"]);
  expect(await git(folder, "status", "--porcelain")).toBe("");
  expect(await git(folder, "log", "--format=%s")).toBe("The monolith");
  const pushed = `aws codecommit create-repository --repository-name microservices > /dev/null
    git push --quiet origin dev
    aws codecommit get-branch --repository-name microservices --branch-name dev --query branch.commitId --output text`;
  expect(await terminal(folder, pushed)).toBe(await git(folder, "rev-parse", "HEAD"));
  const second = start(folder);
  expect(await text(second.stderr as NodeJS.ReadableStream)).toContain("is already running");
  await end(lab);
  await expect(fetch(monolith)).rejects.toThrow();
});

it("begins at a later phase, and again after its end with the student's own code", { timeout }, async () => {
  const folder = join(directory, "later");
  const first = start(folder, "--phase", "6", "--way", "console");
  expect(await untilReady(first)).toMatch(/✓ make phase 5/);
  await end(first);
  const own = join(folder, "customer/views/home.html");
  expect(await git(folder, "log", "--format=%s")).toBe("Two services\nThe monolith, twice\nThe monolith");
  await writeFile(own, "my own page");
  const author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  await git(folder, ...author, "commit", "--quiet", "--all", "--message", "Mine");
  await writeFile(own, "not committed");
  await writeFile(join(folder, "notes.txt"), "mine");

  const lab = start(folder);
  const shown = await untilReady(lab);
  expect(shown).toContain("made up to the beginning of phase 6");
  expect(shown).toMatch(/✓ make phase 5/);
  const record = JSON.parse(await readFile(join(folder, ".lab/course.json"), "utf8"));
  expect(record).toMatchObject({ phase: 6, way: "console" });
  expect(await readFile(own, "utf8")).toBe("not committed");
  expect(await git(folder, "status", "--porcelain")).toBe("M customer/views/home.html\n?? notes.txt");
  const branch = "aws codecommit get-branch --repository-name microservices --branch-name dev";
  expect(await terminal(folder, `${branch} --query branch.commitId --output text`)).toBe(
    await git(folder, "rev-parse", "HEAD"),
  );
  const container = `docker build --tag customer customer
    docker run -d --name customer_1 -p ${90 + offset}:8080 -e APP_DB_HOST=127.0.0.1 customer
    curl --silent --retry 20 --retry-connrefused --retry-delay 1 localhost:${90 + offset}
    docker rm -f customer_1`;
  expect(await terminal(folder, container)).toContain("not committed");
  await end(lab);
});

it("divides the monolith: no route or link of the employees is outside /admin", async () => {
  const files = await splitMonolith();
  const of = (service: string) => files.filter(({ path }) => path.startsWith(`${service}/`));
  const employee = of("employee").flatMap(({ path, text }) =>
    [...text.matchAll(/"(\/[^"]*)"/g)].map(([, found]) => `${path} ${found}`),
  );
  expect(employee.filter((found) => !found.includes(" /admin"))).toEqual([
    "employee/views/nav.html /",
    "employee/views/nav.html /suppliers",
  ]);
  expect(of("customer").filter(({ text }) => /supplier-(add|update|remove)/.test(text))).toEqual([]);
});

const written = {
  ...{ "full/mine": "x", "damaged/.lab/course.json": "{}" },
  "damaged/half/.lab/course.json":
    '{ "version": 1, "way": "cli", "phase": 1, "keys": { "AWS_ACCESS_KEY_ID": "AKIA" } }',
};

it.each<[string, string[], string]>([
  ["a folder with other files", ["--work", "full"], "is not empty, and no course began there"],
  ["a file", ["--work", "full/mine"], "is not writable (ENOTDIR) (--work)"],
  ["the record of no course", ["--work", "damaged"], "course.json is damaged"],
  ["half of a record", ["--work", "damaged/half"], "course.json is damaged"],
  ["a phase that does not exist", ["--phase", "12"], '"12" is not a whole number from 1 to 10'],
  ["an unknown way", ["--way", "x"], '"x" is not one of cli, console, templates'],
  ["options of the rehearsal", ["--once"], "--once does not go with --course"],
])("refuses %s, and changes nothing", async (_, options, message) => {
  await rm(join(directory, "full"), { recursive: true, force: true });
  for (const [path, content] of Object.entries(written)) {
    await mkdir(join(directory, path, ".."), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const lab = start(
    join(directory, "new"),
    ...options.map((each) => each.replace(/^(full|damaged)/, `${directory}/$1`)),
  );
  const [problem, [code]] = await Promise.all([text(lab.stderr as NodeJS.ReadableStream), once(lab, "exit")]);
  expect([code, problem]).toEqual([2, expect.stringContaining(message)]);
  expect(await readdir(join(directory, "full"))).toEqual(["mine"]);
  expect(await readFile(join(directory, "damaged/.lab/course.json"), "utf8")).toBe("{}");
});

it("refuses a port in use before it makes the folder", async () => {
  const server = createServer().listen(81 + offset, "127.0.0.1");
  await once(server, "listening");
  const lab = start(join(directory, "taken"));
  expect(await text(lab.stderr as NodeJS.ReadableStream)).toContain(
    `port ${81 + offset} (--listener-offset) is used`,
  );
  server.close();
  expect(await readdir(directory)).not.toContain("taken");
});
