import { expect, it } from "vitest";
import { checkManualRun, type ReadGit, readManualWorkflows, readPushOptions } from "./manual-runs.ts";

const jobs = "jobs: { job: { runs-on: ubuntu-latest, steps: [{ run: echo }] } }";
const files: Record<string, string> = {
  "broken.yml": "on: [",
  "deploy.yml": `on: { push: {}, workflow_dispatch: {} }\n${jobs}`,
  "release.yml": `on: push\n${jobs}`,
  "rollback.yml": `name: Roll back\non: { workflow_dispatch: { inputs: { service: { type: choice, options: [customer], required: true } } } }\n${jobs}`,
};
const folder = ".github/workflows/";
const git: ReadGit = async (command, ...rest) =>
  command === "ls-tree"
    ? [...Object.keys(files).map((file) => folder + file), `${folder}README.md`].join("\0")
    : (files[rest[0]?.split(folder)[1] ?? ""] ?? "");

it("lists the workflows that can be started manually", async () => {
  expect(await readManualWorkflows(git, "c0ffee")).toMatchObject([
    { file: "deploy.yml", inputs: [] },
    { file: "rollback.yml", name: "Roll back", inputs: [{ name: "service", options: ["customer"] }] },
  ]);
});

it("accepts a workflow with its inputs", async () => {
  await checkManualRun(git, "c0ffee", { file: "rollback.yml", inputs: { service: "customer" } });
});

const list = "Workflows: deploy.yml, rollback.yml";
it.each([
  [{ file: "rolback.yml" }, `unknown workflow 'rolback.yml', did you mean 'rollback.yml'? ${list}`],
  [{ file: "../secret" }, `unknown workflow '../secret'. ${list}`],
  [
    { file: "release.yml" },
    `'release.yml' cannot be started manually: it has no workflow_dispatch trigger. ${list}`,
  ],
  [{ file: "broken.yml" }, ".github/workflows/broken.yml"],
  [{ file: "rollback.yml" }, "the input 'service' is required: one of customer"],
])("refuses %j", async (run, message) => {
  await expect(checkManualRun(git, "c0ffee", { inputs: {}, ...run })).rejects.toThrow(message);
});

it.each([
  [[], undefined],
  [["workflow=deploy.yml"], { file: "deploy.yml", inputs: {} }],
  [
    ["note=a=b; rm -r ~", "workflow=deploy.yml", "empty="],
    { file: "deploy.yml", inputs: { note: "a=b; rm -r ~", empty: "" } },
  ],
])("reads the push options %j", (options, run) => {
  expect(readPushOptions(options)).toEqual(run);
});

it.each([
  [["deploy"], "the push option 'deploy' is not NAME=VALUE. Fix: -o workflow=FILE -o INPUT=VALUE"],
  [["=x"], "the push option '=x' is not NAME=VALUE"],
  [["workflow=a", "workflow=b"], "the push option 'workflow' is given twice"],
  [["service=customer"], "the push option 'service' needs a workflow. Fix: add -o workflow=FILE"],
])("refuses the push options %j", (options, message) => {
  expect(() => readPushOptions(options)).toThrow(message);
});
