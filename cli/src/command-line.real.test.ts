import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createRealStage, type Stage } from "@ecs-delivery/actions/delivery/stage.support";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Installed, installCommandLine } from "./installed.support.ts";

const deploy = [
  ...["deploy-service", "--cluster", "outside", "--service", "web"],
  ...["--codedeploy-application", "outside", "--codedeploy-deployment-group", "web", "--settle-for", "1s"],
];

let stage: Stage;
let installed: Installed;
beforeAll(async () => {
  [stage, installed] = await Promise.all([createRealStage(), installCommandLine()]);
});
afterAll(async () => {
  await installed?.remove();
  await stage?.close();
});

const account = () => ({ environment: stage.simulator.environmentVariables });
const page = async () => (await fetch(stage.productionUrl)).text();

/** Reads the page once the account has been read, which the first event shows. */
async function readPage(address: string): Promise<string> {
  const ending = new AbortController();
  const events = await fetch(`${address}/events`, { signal: ending.signal });
  for await (const chunk of events.body ?? []) if (Buffer.from(chunk).includes("snapshot")) break;
  const html = await (await fetch(address)).text();
  ending.abort();
  return html;
}

it("is not packed into a folder with other files, which stay", async () => {
  const before = await readdir(installed.folder);
  const packing = promisify(execFile)(process.execPath, ["scripts/pack-cli.ts", installed.folder]);
  await expect(packing).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is not empty. Fix"),
  });
  expect(await readdir(installed.folder)).toEqual(before);
});

it("shows its commands, and the options of each", async () => {
  const { code, stdout } = await installed.run(["--help"]);
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/deploy-service +Deploy/),
  });
  for (const argv of [
    ["deploy-service", "--help"],
    ["help", "deploy-service"],
  ])
    expect((await installed.run(argv)).stdout).toMatch(/--cluster VALUE +Name of/);
});

it.each([
  [["deploy-servce"], 'unknown command "deploy-servce". Did you mean deploy-service?'],
  [["deploy-service", "--servce", "web"], "Did you mean --service?"],
  [["--versoin"], "unknown option --versoin. Did you mean --version?"],
  [["run-task"], "--task-definition: "],
  [["log-in-to-aws"], "log-in-to-aws runs in a workflow only."],
  [["rehearse"], "rehearse runs in a workflow only. Here, ecs-delivery lab does the same."],
  [["comment", "none.md"], "comment: give one existing file."],
  [
    ["course", "--repository", "nowhere"],
    "nowhere does not exist. Fix: --repository with your Git repository",
  ],
  [["course", "--phase", "12"], "the guide has no phase 12. Fix: --phase with one of 1, 2,"],
  [["lab", "--account", "none.json"], '--account: "none.json" does not exist'],
])("refuses %j with exit code 2", async (argv, message) => {
  const { code, stdout, stderr } = await installed.run(argv);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.replace(/\s+/g, " ")).toContain(message);
});

it("exits with 2 when the action refuses an option's value", async () => {
  const { code, stdout } = await installed.run([...deploy, "--task-definition", "web:1", "--mode", "both"]);
  expect(stdout.replace(/\s+/g, " ")).toMatch(
    /Input mode is "both"; .* correct the options of this command; nothing was changed\./,
  );
  expect(code).toBe(2);
});

it("deploys a service and prints log, summary, outputs and verdict", async () => {
  const definition = await stage.taskDefinition("good");
  const { code, stdout } = await installed.run([...deploy, "--task-definition", definition], account());
  expect(stdout).toMatch(
    /AllowTraffic Succeeded[\s\S]*✓ web:\d+ \(good\) deployed after[\s\S]*Outputs\n {2}status +succeeded/,
  );
  expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^✓ deploy-service succeeded after [\d.]+ s$/);
  expect(stdout).not.toMatch(/^::|<details/m);
  expect(code).toBe(0);
  expect(await page()).toBe("good");
});

it("prints one JSON object on standard output and the log on the other, and fails as the action does", async () => {
  const argv = [...deploy, "--task-definition", await stage.taskDefinition("crash"), "--json"];
  const { code, stdout, stderr } = await installed.run(argv, account());
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: "failure",
    outputs: { status: "rolled-back" },
    annotations: [{ level: "error", message: expect.stringMatching(/^Container web exited with code 1/) }],
    summary: expect.stringContaining("### ❌ web"),
  });
  expect(stderr).toMatch(/^✗ deploy-service: web: Container web exited with code 1/m);
  expect(await page()).toBe("good");
});

it("passes Ctrl-C on, so that the action rolls back", async () => {
  const argv = [...deploy, "--task-definition", await stage.taskDefinition("next")];
  let isSent = false;
  const { code, stdout } = await installed.run(argv, {
    ...account(),
    onOutput(output, interrupt) {
      if (isSent || !output.includes("is created.")) return;
      isSent = true;
      interrupt();
    },
  });
  expect(stdout).toMatch(/Received SIGINT; ending\.[\s\S]*roll[\s\S]*✗ deploy-service was cancelled after/);
  expect(code).toBe(130);
});

it("rewrites a workflow of AWS's own actions", async () => {
  const workflow = ".github/workflows/deploy.yml";
  await mkdir(join(installed.folder, ".github/workflows"), { recursive: true });
  const before = await readFile(join(import.meta.dirname, "../../examples/migration/before.yml"), "utf8");
  await writeFile(join(installed.folder, workflow), before);
  const shown = await installed.run(["migrate"]);
  expect(shown).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`--- a/${workflow}\n+++ b/${workflow}\n@@ `),
  });
  expect(await readFile(join(installed.folder, workflow), "utf8")).toBe(before);
  expect((await installed.run(["migrate", "--write"])).stdout).toContain("Changed 1 of 1 file.");
  expect(await readFile(join(installed.folder, workflow), "utf8")).toContain("/actions/deploy-service@v1");
  await writeFile(join(installed.folder, workflow), "jobs: [");
  const broken = await installed.run(["migrate"]);
  expect(broken).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/is left as it is, because it cannot be parsed/),
  });
});

it("writes files of a service that it can deploy without a difference, and never overwrites", async () => {
  const own = ["--cluster", "outside", "--service", "web", "--folder", "web"];
  const init = ["init", ...own, "--with-role", "octocat@1/coffee@2"];
  const { code, stdout } = await installed.run(init, account());
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/web runs web:\d+\. Wrote:[\s\S]*create-role --role-name deploy-web/),
  });
  const trust = await readFile(join(installed.folder, "web/aws-role/trust.json"), "utf8");
  expect(trust).toContain('"repo:octocat@1/coffee@2:ref:refs/heads/main"');
  const workflow = "web/.github/workflows/deploy-web.yml";
  const least = await installed.run(["permissions", workflow, "--region", "us-east-1"]);
  expect(least.stdout).toContain("deploymentgroup:outside/web");
  expect(await installed.run(["permissions", workflow, "--check", "nobody"], account())).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("The role nobody does not exist"),
  });
  const files = ["--task-definition", "web/taskdef.json", "--codedeploy-appspec", "web/appspec.yaml"];
  const plan = await installed.run([...deploy, ...files, "--mode", "plan", "--json"], account());
  expect(JSON.parse(plan.stdout).outputs).toMatchObject({ status: "planned", "has-changes": "false" });
  const again = await installed.run(init, account());
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("would be overwritten") });
  expect((await installed.run([...init, "--force"], account())).code).toBe(0);
});

it.each([
  ["outside", "The cluster outside has no service nobody."],
  ["nowhere", "The cluster nowhere does not exist."],
])("names what does not exist in cluster %s", async (cluster, message) => {
  const init = ["init", "--cluster", cluster, "--service", "nobody"];
  const stderr = expect.stringContaining(message);
  expect(await installed.run(init, account())).toMatchObject({ code: 1, stderr });
});

it("serves the live page of a service until Ctrl-C", async () => {
  let shown: Promise<string> | undefined;
  const watch = ["watch", "--cluster", "outside", "--service", "web", "--port", "0"];
  const { code, stderr } = await installed.run(watch, {
    ...account(),
    onOutput(output, interrupt) {
      const address = /http:\/\/[\d.:]+/.exec(output)?.[0];
      if (!address || shown) return;
      shown = readPage(address);
      void shown.finally(interrupt);
    },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(await shown).toMatch(/<h2[^>]*><a[^>]*>web<[\s\S]*1 of 1 tasks? running/);
  expect(
    await installed.run(["watch", "--cluster", "outside", "--service", "nobody"], account()),
  ).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("The cluster outside has no service nobody."),
  });
});

it("leads through the course in an account, once as JSON, and on a page until Ctrl-C", async () => {
  const { code, stdout } = await installed.run(["course", "--json", "--phase", "6"], account());
  const { phases, next } = JSON.parse(stdout);
  expect({ code, next, steps: phases[0].steps.length }).toEqual({ code: 1, next: "6.2", steps: 4 });
  let shown: Promise<string> | undefined;
  const page = await installed.run(["course", "--phase", "6", "--port", "0"], {
    ...account(),
    onOutput(output, interrupt) {
      const address = /http:\/\/[\d.:]+/.exec(output)?.[0];
      if (!address || shown) return;
      shown = fetch(`${address}/course/6.3`).then((response) => response.text());
      void shown.finally(interrupt);
    },
  });
  expect(page).toMatchObject({ code: 0, stderr: "" });
  expect(await shown).toContain("create-load-balancer");
});
