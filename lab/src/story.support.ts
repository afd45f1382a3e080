import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { TaskRuntimeKind } from "@ecs-delivery/simulator/runtime/tasks/runtime";
import { hasDocker } from "@ecs-delivery/simulator/runtime/tasks/runtimes.support";
import { afterAll, expect, it } from "vitest";
import { doExercises } from "./exercises.support.ts";
import { git } from "./runner/load/git.ts";
import type { Report } from "./story/report.ts";

const root = resolve(import.meta.dirname, "../..");

type Machine = Awaited<ReturnType<typeof useMachine>>;

/** Clones the last commit for the tests of a file, as for a new user, with the packages that are installed here. */
export async function useMachine() {
  const directory = await mkdtemp(join(tmpdir(), "story-test-"));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const clone = join(directory, "clone");
  const temporary = join(directory, "tmp");
  await mkdir(temporary);
  await git(directory, "clone", "--quiet", root, clone);
  // As actions/checkout leaves a pull request: pushes name no branch then.
  await git(clone, "switch", "--quiet", "--detach");
  await linkPackages(clone);
  return { clone, temporary };
}

/** Links the packages that are installed here. The links to workspaces are relative: copied, they lead to the clone's. */
async function linkPackages(clone: string): Promise<void> {
  const own = "@ecs-delivery";
  const [from, to] = [join(root, "node_modules"), join(clone, "node_modules")];
  await cp(join(from, own), join(to, own), { recursive: true, verbatimSymlinks: true });
  for (const name of (await readdir(from)).filter((name) => name !== own))
    await symlink(join(from, name), join(to, name));
  for (const workspace of ["lab", "simulator", "actions", "cli"]) {
    const packages = join(root, workspace, "node_modules");
    if (existsSync(packages)) await symlink(packages, join(clone, workspace, "node_modules"));
  }
}

export function startLab({ clone, temporary }: Machine, ...options: string[]): ChildProcess {
  return spawn(process.execPath, [join(clone, "lab/src/main.ts"), ...options], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function endOf(lab: ChildProcess) {
  const [output, problems, [code]] = await Promise.all([
    text(lab.stdout as NodeJS.ReadableStream),
    text(lab.stderr as NodeJS.ReadableStream),
    once(lab, "exit"),
  ]);
  return { output, problems, code: code as number };
}

async function take(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, "127.0.0.1");
  const listens = await once(server, "listening").then(
    () => true,
    () => false,
  );
  return listens ? server : undefined;
}

/** This limit only ends tests that hang: the story takes a minute and a half, and many times that on a slow machine. */
const storyDeadlineMs = 1_800_000;

/** Far apart, as the rehearsals may look for free ports at the same time. */
const firstOffset = { standard: 20_000, docker: 22_000, academy: 24_000 };

/** Ports 80 and 8080 of the load balancer are free at this offset. */
export async function freeOffset(rehearsal: keyof typeof firstOffset): Promise<number> {
  for (let offset = firstOffset[rehearsal]; ; offset += 100) {
    const taken = await Promise.all([take(80 + offset), take(8080 + offset)]);
    for (const server of taken) server?.close();
    if (taken.every((server) => server !== undefined)) return offset;
  }
}

const options = (runtime: TaskRuntimeKind, offset: number) => [
  ...["--once", "--runtime", runtime, "--port", "0", "--listener-offset", String(offset)],
];

interface ExpectedRehearsal {
  readonly rehearsal: keyof typeof firstOffset;
  /** Value of `--chapters`; the whole story without it. */
  readonly chapters?: string;
  /** Service and status of each deployment, sorted; the way only when it is CodePipeline. */
  readonly deployments: readonly string[];
}

/** Declares the test of a rehearsal. */
export function describeRehearsal(
  machine: Machine,
  { rehearsal, chapters, deployments }: ExpectedRehearsal,
): void {
  const { clone, temporary } = machine;
  const runtime = rehearsal === "docker" ? "docker" : "process";
  const account = rehearsal === "academy" ? ["--account", "academy"] : [];
  const title = ["npm run lab -- --once --runtime", runtime, ...account].join(" ");
  it.skipIf(runtime === "docker" && !hasDocker)(
    `${title} passes ${chapters ?? "the whole story"}`,
    {
      timeout: storyDeadlineMs,
    },
    async () => {
      const selection = chapters ? ["--chapters", chapters] : [];
      const lab = startLab(
        machine,
        ...options(runtime, await freeOffset(rehearsal)),
        ...account,
        ...selection,
      );
      const { output, problems, code } = await endOf(lab);
      expect({ code, problems }, output).toEqual({ code: 0, problems: "" });
      const report = JSON.parse(await readFile(join(clone, ".lab/report.json"), "utf8")) as Report;
      expect(report, output).toMatchObject({ ok: true, runtime, load: { failed: 0 } });
      expect(report.load.requests).toBeGreaterThan(0);
      const way = (through: string) => (through === "codepipeline" ? " by CodePipeline" : "");
      expect(
        report.deployments
          .map(({ service, status, through }) => `${service} ${status}${way(through)}`)
          .sort(),
        output,
      ).toEqual(deployments);
      expect(await readFile(join(clone, ".lab/report/index.html"), "utf8")).toContain(": passed</h1>");
      expect(output.trimEnd().split("\n").at(-1)).toMatch(/^passed: \d+ checks in \d+ s$/);
      expect(await readdir(temporary)).toEqual([]);
    },
  );
}

const services = ["customer", "employee", "monolith"];

/** Commits the changes that the course asks for, as students do in their forks. */
export async function commitExercises({ clone }: Machine): Promise<void> {
  for (const service of services) {
    const app = join(clone, "services", service, "src/app.ts");
    await writeFile(app, doExercises(await readFile(app, "utf8")));
  }
  const author = ["-c", "user.name=Student", "-c", "user.email=student@example.com"];
  await git(clone, ...author, "commit", "--quiet", "--all", "-m", "Do the exercises");
}

/** Declares the test of the services' own tests. */
export function describeServiceTests({ clone }: Machine): void {
  it("passes its services' own tests", async () => {
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const files = services.map((service) => `services/${service}/src/app.test.ts`);
    const options = ["run", "--project", "fast", "--root", clone, ...files];
    const { stdout } = await promisify(execFile)(process.execPath, [vitest, ...options], { cwd: clone });
    expect(stdout).toMatch(/Test Files .*3 passed/);
  });
}

/** Declares the test of Ctrl-C. The simulator's own tests show that its end leaves nothing in Docker's engine. */
export function describeInterruption(machine: Machine): void {
  it("npm run lab ends everything on Ctrl-C, pressed twice", { timeout: storyDeadlineMs }, async () => {
    const lab = startLab(machine, ...options("process", await freeOffset("standard")));
    const ended = once(lab, "exit");
    for await (const line of createInterface({ input: lab.stdout as NodeJS.ReadableStream })) {
      // During a deployment: the simulator, its database, its tasks and an action's process are all running.
      if (line.includes("Migrate the database")) break;
    }
    lab.kill("SIGINT");
    lab.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    expect(await readdir(machine.temporary)).toEqual([]);
  });
}

/** Declares a test of the message before anything runs. */
export function describeTakenPort(machine: Machine): void {
  it("npm run lab names a port that is in use and leaves nothing behind", async () => {
    const server = (await take(0)) as Server;
    const { port } = server.address() as { port: number };
    const lastReport = () => readdir(join(machine.clone, ".lab")).catch(() => []);
    const before = await lastReport();
    const { problems, code } = await endOf(startLab(machine, "--once", "--port", String(port)));
    server.close();
    expect(code).toBe(2);
    expect(problems).toContain(`port ${port} (--port) is used by`);
    expect(await lastReport()).toEqual(before);
    expect(await readdir(machine.temporary)).toEqual([]);
  });
}

/** Declares the test of a first deployment that fails until its user does what the lab says. */
export function describeRedStart(machine: Machine): void {
  it("npm run lab -- --account academy stays up, and deploys after the command that it shows", {
    timeout: storyDeadlineMs,
  }, async () => {
    const [, ...staysUp] = options("process", await freeOffset("academy"));
    const lab = startLab(machine, ...staysUp, "--account", "academy");
    const ended = once(lab, "exit");
    const lines: string[] = [];
    let isRepaired = false;
    for await (const line of createInterface({ input: lab.stdout as NodeJS.ReadableStream })) {
      lines.push(line);
      const [, page] = /^Watch it in a browser: +(.*)/.exec(line) ?? [];
      if (page) {
        const shown = await fetch(new URL("/runs/2", page)).then((response) => response.text());
        expect(shown).toContain("aws secretsmanager put-secret-value --secret-id microservices-database ");
        const pasted = lines.filter((each) => /^(unset|export|aws) /.test(each));
        const deploy = "git push --quiet lab -o workflow=deploy.yml";
        await promisify(execFile)("bash", ["-ec", [...pasted, deploy].join("\n")], {
          cwd: machine.clone,
        });
        isRepaired = true;
      }
      if (/add 200 suppliers/.test(line) || (isRepaired && /: failure\b/.test(line))) break;
    }
    lab.kill("SIGINT");
    expect(await ended, lines.join("\n")).toEqual([0, null]);
    expect(lines.at(-1)).toContain("add 200 suppliers");
  });
}
