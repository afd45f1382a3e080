import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nodeEnvironment } from "../../../../scripts/tests/node-environment.support.ts";
import { startRealSimulator, type TestSimulator } from "../../../../simulator/src/test-simulator.support.ts";

let simulator: TestSimulator;
const folder = mkdtempSync(join(tmpdir(), "check-lab-command-"));
beforeAll(async () => {
  simulator = await startRealSimulator();
});
afterAll(async () => {
  await simulator?.close();
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
  expect(stdout).toMatch(/^Phase 6: Application Load Balancer · 0 of 7 \(0 %\)\n {2}✗ 6\.load-balancer/);
  expect(stdout).toContain("      Fix (templates): Run Provision with stacks: network,load-balancer.");
  expect(stderr).toMatch(/^check-lab: The lab has 0 of 7 points/);
  expect(code).toBe(1);
  const made = await run("class", "--reports", folder);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Students: 1\. Files: /) });
  expect(readFileSync(join(folder, "class.csv"), "utf8")).toMatch(
    /^student,phase 6 \(%\).*\r\nada,0,0,6\.load-balancer/,
  );
});

it("exits with 0 when the score reaches the threshold", async () => {
  expect(await run("command", "--phase", "6", "--threshold", "0")).toMatchObject({ code: 0, stderr: "" });
});

it("exits with 2 on a wrong option, before it reads anything", async () => {
  const { code, stdout, stderr } = await run("command", "--weights", "missing.json");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^check-lab: Input weights: file .*missing\.json does not exist/);
});
