import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { startRealSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "check-lab-command-"));
const simulator = await startRealSimulator();
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

function run(program: "command" | "class", ...args: string[]) {
  const main = join(import.meta.dirname, `../${program}/main.ts`);
  const env = { ...nodeEnvironment(), INIT_CWD: folder, ...simulator.environmentVariables };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

it("lists items with their fixes, writes the reports, and exits with 1 below the threshold", async () => {
  const { code, stdout, stderr } = await run(
    "command",
    "--phase",
    "6",
    "--report",
    join(folder, "ada"),
    "--student",
    "ada",
  );
  expect(stdout).toMatch(
    /^Phase 6: Application Load Balancer · 0 of 6 points \(0 %\)\n {2}✗ 6\.load-balancer/,
  );
  expect(stdout).toContain("      Fix (templates): Run Provision with stacks: network,load-balancer.");
  expect(stderr).toMatch(/^check-lab: The lab has 0 of 6 points/);
  expect(code).toBe(1);
  const made = await run("class", "--reports", folder);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Students: 1\. Files: /) });
  expect(readFileSync(join(folder, "class.csv"), "utf8")).toMatch(
    /^student,phase 6 \(%\).*\r\nada,0,0,6\.load-balancer/,
  );
});

it("makes the class's table from a list of repositories, and names those without a report", async () => {
  const git = (repository: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: join(folder, repository),
    });
  for (const name of ["class/grace", "class/linus"]) {
    mkdirSync(join(folder, name), { recursive: true });
    git(name, "init", "--quiet");
    git(name, "commit", "--quiet", "--allow-empty", "--message", "First");
  }
  await run("command", "--phase", "6", "--threshold", "0", "--report", join(folder, "class/grace/lab"));
  git("class/grace", "checkout", "--quiet", "-b", "check-lab");
  git("class/grace", "add", ".");
  git("class/grace", "commit", "--quiet", "--message", "Report");
  const list = ["grace", "linus", "nobody"].map((name) => join(folder, "class", name));
  writeFileSync(join(folder, "students.txt"), ["# class of 2026", ...list, "ext::sh -c date", ""].join("\n"));
  const { code, stdout, stderr } = await run("class", "--repositories", "students.txt", "--output", "table");
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^Students: 1\. Files: /) });
  expect(readFileSync(join(folder, "table/class.csv"), "utf8")).toMatch(
    /\r\nclass\/grace,0,0,6\.load-balancer/,
  );
  expect(stderr).toContain(
    "class/linus was left out: no report.json in its branch check-lab, or in its default",
  );
  expect(stderr).toMatch(/class\/nobody was left out: .*does not appear to be a git repository/);
  expect(stderr).toMatch(/ext::sh -c date was left out: transport 'ext' not allowed/);
});

it("exits with 0 when the score reaches the threshold, and asks every service at the environment's endpoint", async () => {
  const { code, stdout, stderr } = await run("command", "--phase", "3", "--threshold", "0");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("no Cloud9 environment in us-east-1");
  expect(stdout).not.toContain("cannot be reached");
});

it("exits with 2 on a wrong option, before it reads anything", async () => {
  const { code, stdout, stderr } = await run("command", "--weights", "missing.json");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^check-lab: Input weights: file .*missing\.json does not exist/);
  expect(stderr).toContain("Next step: correct the options of this command; nothing was changed.");
});
