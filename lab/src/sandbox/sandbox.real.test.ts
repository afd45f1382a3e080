import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { freePort } from "@ecs-delivery/simulator/runtime/database/database-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { JobProcesses } from "../runner/jobs/job-processes.ts";
import { runnersOwn } from "../runner/jobs/run-context.ts";
import { runProcess } from "../runner/steps/run-process.ts";
import { runJobs } from "../runner/test-repository.support.ts";
import { openSandbox, type Sandbox } from "./open-sandbox.ts";

// `outside` has files that no step may reach.
const place = {
  ends: new AsyncDisposableStack(),
  directory: "",
  outside: "",
  runs: "",
  account: "",
  repositories: [] as string[],
  port: 0,
};
const variables: Record<string, string> = {};
const sandboxes: Record<string, Sandbox> = {};
let victim: ChildProcess;

beforeAll(async () => {
  const { ends } = place;
  place.directory = await mkdtemp(join(tmpdir(), "sandbox-test-"));
  place.outside = join(place.directory, "outside");
  place.runs = join(place.directory, "runs");
  for (const folder of [place.outside, place.runs]) await mkdir(folder);
  ends.defer(() => rm(place.directory, { recursive: true }));
  await writeFile(join(place.outside, "credentials"), "REACHED\n");
  victim = spawn("sleep", ["1000"], { env: { ...process.env, MINE: "REACHED" } });
  ends.defer(() => void victim.kill());
  const listen = async (at: string | number, answer: string) => {
    const server = createServer((socket) => {
      socket.on("error", () => {}).end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${answer}\n`);
    });
    server.listen(typeof at === "number" ? { port: at, host: "127.0.0.1" } : at);
    await once(server, "listening");
    ends.defer(() => void server.close());
    return String((server.address() as AddressInfo).port);
  };
  const listed = await listen(0, "simulator");
  place.port = await freePort();
  Object.assign(variables, {
    ...{ OUTSIDE: place.outside, SOCKET: join(place.outside, "docker.sock"), VICTIM: String(victim.pid) },
    ...{ LISTED: listed, UNLISTED: await listen(0, "REACHED"), LAB: String(process.pid) },
    PROGRAMS: join(place.directory, "if-possible", "programs"),
    ECS_DELIVERY_LEFT_OUT: join(place.runs, "left-out"),
  });
  await listen(variables.SOCKET as string, "REACHED");
  process.env.SSH_AUTH_SOCK = variables.SOCKET;
  const npmrc = join(place.directory, "npmrc");
  await writeFile(npmrc, "//npm.example/:_authToken=secret\nregistry=https://npm.example/\n");
  place.account = await mkdtemp(join(place.directory, "account-"));
  for (let count = 0; count < 6; count++) place.repositories.push(await mkdtemp(join(place.runs, "run-")));
  const ofRunner = place.repositories.map((directory) => join(directory, runnersOwn));
  for (const namespaces of ["if-possible", "never"] as const) {
    const directory = join(place.directory, namespaces);
    sandboxes[namespaces] = await openSandbox(
      {
        ...{ directory, namespaces, network: "registries", programs: {}, ports: [Number(listed)] },
        ...{ writable: [place.runs], readable: [join(place.runs, "sources"), ...ofRunner] },
        account: { directory: place.account, port: place.port, readable: [] },
        environment: {
          PATH: process.env.PATH ?? "",
          AWS_ENDPOINT_URL: `http://127.0.0.1:${listed}`,
          npm_config_userconfig: npmrc,
        },
      },
      ends,
    );
  }
});

afterAll(async () => {
  delete process.env.SSH_AUTH_SOCK;
  await place.ends.disposeAsync();
});

async function attack(
  sandbox: Pick<Sandbox, "environment" | "wrap"> | undefined,
  script: string,
  signal = new AbortController().signal,
  directory = place.runs,
) {
  const lines: string[] = [];
  const jobs = new JobProcesses(place.runs);
  const environment = { ...sandbox?.environment, ...variables, RUNNER_TRACKING_ID: jobs.trackingId };
  const started = { command: ["bash", "-c", script], directory, environment };
  const { command, ...rest } = sandbox?.wrap(started) ?? started;
  const code = await runProcess({
    ...{ ...rest, command: command[0] as string, arguments: command.slice(1) },
    ...{ onLine: (line) => lines.push(line), signal, groups: new Set(), watch: (pid) => jobs.watch(pid) },
  });
  return { code, lines, orphans: await jobs.end(), executed: jobs.executed(place.runs) };
}

/** Skips a test where the system does not allow namespaces. */
function isolated(skip: (isSkipped: boolean, note?: string) => void): Sandbox {
  const sandbox = sandboxes["if-possible"] as Sandbox;
  skip(!sandbox.notes[0]?.startsWith("Steps run isolated"), sandbox.notes[0]);
  return sandbox;
}

const attacks = parse(readFileSync(new URL("attacks.yaml", import.meta.url), "utf8")) as {
  step: string;
  run: string;
  without: "yes" | "no" | "depends";
}[];

it.for(attacks)(
  "a step that $step does not reach its aim in namespaces",
  async ({ run, without }, { skip }) => {
    if (without !== "depends")
      expect((await attack(sandboxes.never, run)).lines.includes("REACHED")).toBe(without === "yes");
    expect((await attack(isolated(skip), run)).lines).not.toContain("REACHED");
    expect((await attackFromAccount(isolated(skip), run)).lines).not.toContain("REACHED");
  },
);

/** Tasks and functions of the simulated AWS are programs of the repository, too. */
const attackFromAccount = ({ environment, wrapAccount: wrap }: Sandbox, script: string) =>
  attack({ environment, wrap }, script, undefined, place.account);

it("the simulated AWS is reached at its port, writes its folder, and reaches no listed port", async ({
  skip,
}) => {
  const sandbox = isolated(skip);
  const program = `require("node:http").createServer((_, answer) => answer.end("served", () => process.exit())).listen(${place.port}, () => console.log("listening"))`;
  const script = `echo > own; cat < "/dev/tcp/127.0.0.1/$LISTED" || "$NODE" -e '${program}'`;
  const running = attackFromAccount(sandbox, `NODE=${process.execPath}; ${script}`);
  const answer = () => fetch(`http://127.0.0.1:${place.port}`).then((response) => response.text());
  await expect.poll(answer).toBe("served");
  expect((await running).lines).toContain("listening");
  expect(await readdir(place.account)).toContain("own");
});

it("a step that changes files outside, or what later processes load, changes nothing there", async ({
  skip,
}) => {
  const script = `rm -rf "$HOME" "$OUTSIDE"; mkdir -p "$OUTSIDE"; echo > "$OUTSIDE/new"`;
  await attack(isolated(skip), script);
  expect(await readdir(place.outside)).toEqual(["credentials", "docker.sock"]);
  const changed = { LD_PRELOAD: "/a.so", BASH_ENV: "/a", "BASH_FUNC_wait%%": "() { :; }", PATH: "/evil" };
  const wrapped = isolated(skip).wrap({
    command: ["true"],
    directory: "/",
    environment: { ...changed, A: "b" },
  });
  expect(wrapped.environment).toEqual({ A: "b", PATH: "/evil" });
  expect(wrapped.command[0]).toMatch(/^\/(?!evil)/);
});

describe.each(["if-possible", "never"])("with namespaces %s", (namespaces) => {
  const run = (script: string, signal?: AbortSignal) => attack(sandboxes[namespaces], script, signal);

  it("a step has its variables, its folder, the listed port, and its code", async () => {
    const script = `cat < "/dev/tcp/127.0.0.1/$LISTED" | tail -1; pwd; echo "$BASH_ENV"; curl -s http://ecs.us-east-1.amazonaws.com; exit 7`;
    const { code, lines } = await run(script);
    expect({ code, lines }).toEqual({ code: 7, lines: ["simulator", place.runs, "", "simulator"] });
    expect((await run("kill -9 $$")).code).toBe(137);
  });

  it("a program reads its standard input and writes to a third file", async () => {
    const { environment, wrap } = sandboxes[namespaces] as Sandbox;
    const started = { command: ["sh", "-c", "cat >&3"], directory: place.runs, environment };
    const { command, environment: env, directory: cwd } = wrap(started);
    const stdio = ["pipe", "ignore", "inherit", "pipe"] as const;
    const child = spawn(command[0] as string, command.slice(1), { env, cwd, stdio: [...stdio] });
    child.stdin?.end("given");
    expect(await text(child.stdio[3] as Readable)).toBe("given");
  });

  it("a step that is cancelled gets SIGINT and ends with its own code", async () => {
    const stop = new AbortController();
    const file = join(place.runs, "started");
    // Bash can drop a SIGINT that arrives while it waits for a child.
    const program = `process.on("SIGINT", () => process.exit(3)); fs.writeFileSync("${file}", ""); setInterval(() => {}, 1000)`;
    const running = run(`exec "${process.execPath}" -e '${program}'`, stop.signal);
    while (!existsSync(file)) await setTimeout(5);
    await rm(file);
    stop.abort();
    expect((await running).code).toBe(3);
  });

  it("what a step leaves in the background ends with its job", async () => {
    const { code, orphans, executed } = await run("sleep 1000 & disown; read -rt 0.3 < <(sleep 1); exit 0");
    expect(code).toBe(0);
    expect(orphans.join()).toMatch(/Terminate orphan process: pid \(\d+\) \(sleep\)/);
    expect(executed.join()).toContain("/sleep");
  });

  it("a deployment tool is left out", async () => {
    await writeFile(variables.ECS_DELIVERY_LEFT_OUT as string, "");
    expect((await run("terraform apply && sudo apt-get install jq")).code).toBe(0);
    const leftOut = await readFile(variables.ECS_DELIVERY_LEFT_OUT as string, "utf8");
    expect(leftOut.match(/"what":"[^"]*"/g)).toEqual([`"what":"terraform apply"`, `"what":"sudo apt-get"`]);
  });
});

it("a step reaches a port of the simulated AWS as long as it is shared", async ({ skip }) => {
  const sandbox = isolated(skip);
  const port = await freePort();
  const program = `require("node:http").createServer((_, answer) => answer.end("REACHED\\n")).listen(${port})`;
  const { PATH = "" } = sandbox.environment;
  const started = { directory: place.account, environment: { PATH } };
  const { command } = sandbox.wrapAccount({ command: [process.execPath, "-e", program], ...started });
  const server = spawn(command[0] as string, command.slice(1), { cwd: "/", env: { PATH } });
  const addresses = `http://127.0.0.1:${port} http://a.elb.amazonaws.com:${port}`;
  const reached = async () =>
    (await attack(sandbox, `curl -s ${addresses}`)).lines.filter((line) => line === "REACHED").length;
  await sandbox.sharePort(port, true);
  await expect.poll(reached).toBe(2);
  await sandbox.sharePort(port, false);
  expect(await reached()).toBe(0);
  await sandbox.sharePort(port, true);
  expect(await reached()).toBe(2);
  server.kill();
  await once(server, "close");
});

it("a step that starts thousands of processes is ended, and no other process of the machine", async ({
  skip,
}) => {
  const script = "for i in {1..2500}; do sleep 1000 & done 2> /dev/null; wait";
  expect((await attack(isolated(skip), script)).code).toBe(137);
  expect(victim.exitCode).toBeNull();
  expect((await attack(isolated(skip), "exit 0")).code).toBe(0);
  expect(isolated(skip).notes.join()).toMatch(/All processes of the steps were ended/);
});

it("states what does not protect and which hosts were not reached, and keeps the registry of npm", () => {
  expect(sandboxes.never?.notes[0]).toMatch(
    /^This system does not isolate the steps: namespaces are switched off/,
  );
  expect(sandboxes.never?.environment.npm_config_registry).toBe("https://npm.example/");
  expect(sandboxes.never?.refused.get("ecs.us-east-1.amazonaws.com:443")?.why).toMatch(/does not reach AWS/);
});

const writesHooks = `while :; do [ -d .git/hooks ] && cp ../hook .git/hooks/post-checkout; done`;
const linksScripts = `const { readdirSync, symlinkSync } = require("node:fs");
for (;;) for (const each of readdirSync("..")) try {
  symlinkSync(process.env.OUTSIDE + "/credentials", "../" + each + "/script.sh");
} catch {}`;

it("a job finds nothing in its home and TMPDIR that another left there", async () => {
  const { wrap, environment, jobFolder } = sandboxes["if-possible"] as Sandbox;
  const directory = await mkdtemp(join(place.runs, "run-"));
  const steps = `
    runs-on: ubuntu-latest
    steps:
      - run: test ! -e ~/.m2 && test ! -e "$TMPDIR/a" && mkdir ~/.m2 && touch "$TMPDIR/a"
      - run: test -e ~/.m2 && mkdir -p "$PIP_CACHE_DIR"
`;
  const jobs = `\n  one:${steps}\n  two:\n    needs: one${steps}`;
  const result = await runJobs(jobs, { directory, wrap, environment, jobFolder });
  expect(result.conclusion).toBe("success");
});

it.each([
  ["a link to another file", `ln -sf "$OUTSIDE/credentials" "$GITHUB_OUTPUT"`],
  ["a pipe", `rm "$GITHUB_OUTPUT"; mkfifo "$GITHUB_OUTPUT"`],
  [
    "a hook of Git",
    `git init -q; printf '#!/bin/sh\\necho > "%s/hook"' "$OUTSIDE" > .git/hooks/post-checkout`,
  ],
  [
    "a hook that a process writes all the time",
    `printf '#!/bin/sh\\necho > "%s/hook"' "$OUTSIDE" > ../hook; chmod +x ../hook; (${writesHooks}) > /dev/null 2>&1 &`,
  ],
  [
    "a link in place of a script",
    `cd "$(dirname "$GITHUB_ENV")"; '${process.execPath}' -e '${linksScripts}' > /dev/null 2>&1 & sleep 0.5`,
  ],
  ["a link in place of a later job's folder", `ln -s "$OUTSIDE" ../../../job-2`],
])("the runner does not read, write or execute %s that a step made", async (name, script) => {
  const { wrap, environment } = sandboxes["if-possible"] as Sandbox;
  const directory = place.repositories.pop() as string;
  // Steps have to see the repository.
  vi.stubEnv("TMPDIR", place.runs);
  const jobs = `
  job:
    runs-on: ubuntu-latest
    steps:
      - { id: attack, run: ${JSON.stringify(`${script}; chmod -R +x .git || true`)} }
      - { uses: actions/checkout@v6, if: always() }
      - { run: echo, if: always() }
  job-2: { needs: job, if: always(), runs-on: ubuntu-latest, steps: [{ run: echo }] }
`;
  const result = await runJobs(jobs, { directory, wrap, environment: { ...environment, ...variables } });
  // Git may find the hook while it is written, and fail.
  if (!name.includes("all the time"))
    expect(result.conclusion).toBe(/hook|script/.test(name) ? "success" : "failure");
  expect(await readFile(join(place.outside, "credentials"), "utf8")).toBe("REACHED\n");
  expect(await readdir(place.outside)).toEqual(["credentials", "docker.sock"]);
  expect(JSON.stringify(result)).not.toContain("REACHED");
});
