import { expect, test } from "vitest";
import { readMirrorInputs } from "./inputs.ts";

const running = { GITHUB_REF: "refs/heads/feature/x" };
const read = (inputs: Record<string, string>, variables: NodeJS.ProcessEnv = running) =>
  readMirrorInputs(variables, (name) => ({ repository: "deployment", ...inputs })[name] ?? "");

test("defaults to the checked-out commit and the running branch, with the careful choices", () => {
  expect(read({})).toEqual({
    repository: "deployment",
    branch: "feature/x",
    snapshot: undefined,
    force: false,
    mode: "apply",
  });
});

test("accepts all inputs", () => {
  const inputs = {
    branch: "dev",
    path: "./infra-templates//ecs/",
    placeholders: '{"DatabaseHost":"db","DatabasePort":3306}',
    force: "true",
    mode: "plan",
  };
  expect(read(inputs)).toEqual({
    repository: "deployment",
    branch: "dev",
    snapshot: {
      path: "infra-templates/ecs",
      placeholders: {
        values: new Map([
          ["DatabaseHost", "db"],
          ["DatabasePort", "3306"],
        ]),
        plainSecrets: new Map(),
      },
    },
    force: true,
    mode: "plan",
  });
});

test.each<[string, Record<string, string>, unknown]>([
  ["none given: files stay as they are", {}, undefined],
  [
    "an empty object: none may stay unfilled",
    { placeholders: "{}" },
    { values: new Map(), plainSecrets: new Map() },
  ],
  [
    "plain secrets alone",
    { "plain-secrets": "KEY=a=b" },
    { values: new Map(), plainSecrets: new Map([["KEY", "a=b"]]) },
  ],
])("reads placeholders: %s", (_, inputs, expected) => {
  expect(read({ path: "services", ...inputs }).snapshot?.placeholders).toEqual(expected);
});

test("treats the root path as the whole repository", () => {
  expect(read({ path: "./" }).snapshot).toBeUndefined();
});

test.each<[Record<string, string>, string]>([
  [{ repository: "" }, "Input repository is required"],
  [
    { repository: "two words" },
    'Input repository is "two words"; expected the name of a CodeCommit repository',
  ],
  [{ repository: "deployment.git" }, "not ending in .git"],
  [{ branch: "refs/heads/dev" }, "expected a branch name without refs/heads/"],
  [{ path: "/etc" }, "a folder below the repository's root"],
  [{ path: "services/../.." }, "a folder below the repository's root"],
  [{ path: "services\\customer" }, "a folder below the repository's root"],
  [{ placeholders: "{}" }, "Input placeholders needs input path"],
  [{ path: "ecs", placeholders: "[1]" }, "is not a JSON object of strings or numbers by name"],
  [{ force: "yes" }, "allowed: true, false"],
  [{ mode: "delete" }, "allowed: plan, apply"],
])("refuses the inputs %j", (inputs, message) => {
  expect(() => read(inputs)).toThrow(message);
});

test.each(["refs/tags/v1", "refs/pull/7/merge", ""])("requires a branch for a run of %j", (ref) => {
  expect(() => read({}, { GITHUB_REF: ref })).toThrow("Input branch is required, because this run is for");
  expect(read({ branch: "dev" }, { GITHUB_REF: ref }).branch).toBe("dev");
});
