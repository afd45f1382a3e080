import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { explainAwsError } from "@ecs-delivery/actions/core/aws-errors";
import { describe, expect, it, test, vi } from "vitest";
import { openTerminal } from "../terminal/style.ts";
import { actionHelp, listActions, readActionFile } from "./action-file.ts";
import { readFlags, requireInputs } from "./read-flags.ts";
import { inCommandLine, postRuns } from "./run-action.ts";

const actions = join(import.meta.dirname, "../../../actions");
const deploy = readActionFile(actions, "deploy-service");
const rollback = readActionFile(actions, "rollback-service");
const names = listActions(actions);

test.each([
  "Region is missing",
  "CredentialsProviderError",
  "ExpiredToken",
  "AccessDenied",
  "ThrottlingException",
])("the advice of an action speaks of the command, not of a workflow: %s", (name) => {
  const error = Object.assign(new Error(name), { name });
  const advice = inCommandLine(explainAwsError(error)?.nextStep ?? "");
  expect(advice).toMatch(/AWS_|command|role/);
  expect(advice).not.toMatch(/\bjob\b|\bstep\b|aws-actions|secret AWS_/);
});

describe("flags", () => {
  it.each([
    [["--service", "web"], { service: "web" }],
    [["--service=web=1"], { service: "web=1" }],
    [["--Service", "web"], { service: "web" }],
    [["--force"], { force: "true" }],
    [["--force", "--service", "web"], { force: "true", service: "web" }],
    [["--force", "false"], { force: "false" }],
    [["--no-force"], { force: "false" }],
    [["--rollback-on-alarm", "a", "--rollback-on-alarm", "b"], { "rollback-on-alarm": "a\nb" }],
    [["--desired-count", "-1"], { "desired-count": "-1" }],
    [["--cluster="], { cluster: "" }],
    [[], { mode: "apply", force: "", "max-failed-tasks": "3" }],
  ])("%j become inputs", (argv, inputs) => {
    expect(readFlags(deploy, argv).inputs).toMatchObject(inputs);
  });

  it.each([
    [["--servce", "web"], "unknown option --servce. Did you mean --service?"],
    [["--no-service"], "unknown option --no-service."],
    [["web"], 'unexpected argument "web". Inputs are options, such as --cluster VALUE.'],
    [["--service"], "--service needs a value. Name of the ECS service"],
    [["--service", "--force"], "--service needs a value."],
    [["--json=yes"], "--json takes no value."],
  ])("%j are refused", (argv, message) => {
    expect(() => readFlags(deploy, argv)).toThrow(message);
  });

  it("names every required input that is missing, with its description", () => {
    const action = readActionFile(actions, "tag-image");
    const { inputs } = readFlags(action, ["--tags", "v1"]);
    expect(() => requireInputs(action, inputs)).toThrow(
      "a required option is missing:\n  --image: Existing image",
    );
    expect(() => requireInputs(action, { ...inputs, image: "ecr://web:v0" })).not.toThrow();
  });
});

describe("help", () => {
  const page = { ...openTerminal(process.stdout, { NO_COLOR: "1" }), columns: 80 };

  it("shows inputs, defaults, other names and outputs", () => {
    const text = actionHelp(rollback, page);
    expect(text).toContain("Usage: ecs-delivery rollback-service --service VALUE [options]");
    expect(text).toMatch(/--to VALUE +Target: .*\n.*\n.*\(default: last-good\)/);
    expect(actionHelp(deploy, page)).toMatch(/--force-new-deployment +Use force\./);
    expect(text).toMatch(/\n {2}status +\S/);
    vi.stubEnv("npm_lifecycle_event", "rollback-service");
    expect(actionHelp(rollback, page)).toContain("Usage: npm run rollback-service -- --service VALUE");
    vi.unstubAllEnvs();
  });

  it.each(names)("of %s fits 80 columns", (name) => {
    const lines = actionHelp(readActionFile(actions, name), page).split("\n");
    // A word may be longer: an address or a name to copy.
    expect(lines.filter((line) => line.length > 80 && / \S+ \S+$/.test(line.slice(30)))).toEqual([]);
  });
});

test.each(names)("every boolean input of %s works without a value", (name) => {
  const source = globSync("src/**/*.ts", { cwd: join(actions, name), exclude: ["**/*.test.ts"] })
    .map((file) => readFileSync(join(actions, name, file), "utf8"))
    .join("\n");
  const booleans = [...source.matchAll(/\b(?:boolean|optionalBoolean)\("([^"]+)"/g)].map(
    ([, input]) => input,
  );
  const { inputs } = readActionFile(actions, name);
  const refused = inputs.filter((input) => booleans.includes(input.name) && !input.isSwitch);
  expect(refused.map((input) => input.name)).toEqual([]);
});

test.each(names)("the post step of %s has a condition that is understood", (name) => {
  const { entries } = readActionFile(actions, name);
  expect(() => postRuns(entries?.postIf ?? "always()", "success")).not.toThrow();
});

test.each([
  ["always()", "success", true],
  ["cancelled() || failure()", "success", false],
  ["cancelled() || failure()", "cancelled", true],
] as const)("a post step with the condition %s runs after %s: %s", (condition, outcome, runs) => {
  expect(postRuns(condition, outcome)).toBe(runs);
});
