import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readActionFile } from "../actions/action-file.ts";
import { migrateWorkflow } from "./migrate-workflow.ts";
import { unifiedDiff } from "./unified-diff.ts";

const root = join(import.meta.dirname, "../../..");
const migrate = (text: string, login = false) =>
  migrateWorkflow(text, {
    repository: "OWNER/ecs-delivery",
    version: "v1",
    login,
    actionNamed: (name) => readActionFile(join(root, "actions"), name),
  });

/** A workflow of one step. */
const workflow = (step: string) => `jobs:\n  deploy:\n    steps:\n${step}`;
const deploy = "aws-actions/amazon-ecs-deploy-task-definition@v2";
const render = "aws-actions/amazon-ecs-render-task-definition@v1";
const ours = "OWNER/ecs-delivery/actions";

describe("a workflow", () => {
  it.each([
    ["the action", `      - uses: ${render}\n`, `      - uses: ${ours}/render-task-definition@v1\n`],
    [
      "a commit with its version, and keeps other comments",
      `      # Renders.\n      - uses:   "aws-actions/amazon-ecs-render-task-definition@${"a".repeat(40)}"  # v1.2.3\n        id: r # the id\n`,
      `      # Renders.\n      - uses:   "${ours}/render-task-definition@v1"\n        id: r # the id\n`,
    ],
    [
      "names of inputs that mean the same",
      `      - uses: ${render} # by AWS\n        with:\n          container-name:  web # the first\n          image: "a:1"\n          task-role-arn: x\n`,
      `      - uses: ${ours}/render-task-definition@v1 # by AWS\n        with:\n          containers:  web # the first\n          images: "a:1"\n          task-role: x\n`,
    ],
    [
      "a switch with another name and value",
      `      - uses: ${deploy}\n        with: { service: web, wait-for-service-stability: 'true', force-new-deployment: true }\n`,
      `      - uses: ${ours}/deploy-service@v1\n        with: { service: web, wait-until: 'complete', force: true }\n`,
    ],
    [
      "ignored inputs, which leave",
      `      - uses: ${deploy}\n        with:\n          service: web\n          # often\n          max-retries: 3\n          wait-for-service-stability: false\n`,
      `      - uses: ${ours}/deploy-service@v1\n        with:\n          service: web\n          # often\n          wait-until: started\n`,
    ],
    [
      "a step that only runs a task",
      `      - uses: ${deploy}\n        with: { task-definition: a.json, run-task: true, run-task-subnets: s }\n`,
      `      - uses: ${ours}/run-task@v1\n        with: { task-definition: a.json, subnets: s }\n`,
    ],
    [
      "Windows line ends",
      `      - uses: ${render}\r\n        id: r\r\n`,
      `      - uses: ${ours}/render-task-definition@v1\r\n        id: r\r\n`,
    ],
  ])("gets %s", (_, before, after) => {
    expect(migrate(workflow(before)).text).toBe(workflow(after));
  });

  it.each([
    [
      "an input without counterpart",
      `      - uses: ${deploy}\n        with: { service: a, wait-until: x, shape: round }\n`,
      [4 + 1, "the input shape has no counterpart in deploy-service"],
    ],
    [
      "a wait that an expression decides",
      `      - uses: ${deploy}\n        with: { service: a, wait-for-service-stability: "\${{ inputs.wait }}" }\n`,
      [5, "the input wait-for-service-stability still works."],
    ],
    [
      "another default",
      `      - uses: ${deploy}\n        with: { service: a }\n`,
      [4, "the step now waits until the deployment is complete."],
    ],
    [
      "login and push",
      "      - uses: aws-actions/amazon-ecr-login@v2\n",
      [4, "actions/build-image logs in to Amazon ECR on its own"],
    ],
    [
      "a build by script",
      "      - run: docker build .\n",
      [4, "actions/build-image with builder: docker builds and pushes"],
    ],
    [
      "a deployment that also runs a task",
      `      - uses: ${deploy}\n        with: { service: a, run-task: true }\n`,
      [4, "the step is left as it is: it deploys a service and runs a task"],
    ],
  ] as const)("has a note on %s", (_, step, [line, text]) => {
    expect(migrate(workflow(step)).notes).toEqual([{ line, text: expect.stringContaining(text) }]);
  });

  it.each([
    ["other actions", "      - uses: actions/checkout@v5\n"],
    ["the login, unless that is asked for", "      - uses: aws-actions/configure-aws-credentials@v6\n"],
    ["the step of an obstacle", `      - uses: ${deploy}\n        with: { service: a, run-task: true }\n`],
  ])("keeps %s", (_, step) => {
    expect(migrate(workflow(step)).text).toBe(workflow(step));
  });

  it("gets our login when asked for", () => {
    const { text } = migrate(workflow("      - uses: aws-actions/configure-aws-credentials@v6\n"), true);
    expect(text).toContain(`uses: ${ours}/log-in-to-aws@v1\n`);
  });

  it("with a fault in its YAML is refused", () => {
    expect(() => migrate("jobs: [")).toThrow(/line 1/);
  });

  it("of the example changes only its two steps", () => {
    const before = readFileSync(join(root, "examples/migration/before.yml"), "utf8");
    const image = /image: (.*)/.exec(before)?.[1];
    const diff = unifiedDiff("deploy.yml", before, migrate(before).text);
    expect(diff.split("\n").filter((line) => /^[-+] /.test(line))).toEqual([
      "-      - uses: aws-actions/amazon-ecs-render-task-definition@v1",
      "+      - uses: OWNER/ecs-delivery/actions/render-task-definition@v1",
      "-          container-name: legacy",
      `-          image: ${image}`,
      "-      - uses: aws-actions/amazon-ecs-deploy-task-definition@v2",
      "+          containers: legacy",
      `+          images: ${image}`,
      "+      - uses: OWNER/ecs-delivery/actions/deploy-service@v1",
      "-          wait-for-service-stability: true",
      "+          wait-until: complete",
    ]);
  });
});

describe("a difference", () => {
  const lines = (...numbers: number[]) => numbers.map((number) => `line ${number}\n`).join("");
  const ten = lines(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

  it.each([
    ["a change", ten, ten.replace("5", "five")],
    ["a change of the first and the last line", ten, ten.replace("1\n", "one\n").replace("10", "ten")],
    ["a removed line", ten, ten.replace("line 5\n", "")],
    ["added lines", lines(1, 2), lines(0, 1, 2, 3)],
    ["no line break at the end", "a\nb", "a\nc"],
  ])("with %s is applied by git", (_, before, after) => {
    const folder = mkdtempSync(join(tmpdir(), "diff-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "file.yml");
    writeFileSync(file, before);
    execFileSync("git", ["apply", "--unidiff-zero", "-"], {
      cwd: folder,
      input: `${unifiedDiff("file.yml", before, after)}\n`,
    });
    expect(readFileSync(file, "utf8")).toBe(after);
  });

  it("of equal texts is empty", () => {
    expect(unifiedDiff("a", ten, ten)).toBe("");
  });
});
