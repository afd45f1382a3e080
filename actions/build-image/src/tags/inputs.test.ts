import { expect, it } from "vitest";
import { readInputs } from "../../../core/inputs.ts";
import { readTags } from "../inputs.ts";

const sha = "d6cd1e2bd19e03a81132a23b2025920577f84e37";

function tags(inputs: Record<string, string>, variables: NodeJS.ProcessEnv = { GITHUB_SHA: sha }) {
  return readInputs(
    (read) => readTags(read, variables),
    (name) => inputs[name] ?? "",
  );
}

it.each([
  [{ tags: "v1\nlatest\nv1" }, {}, ["v1", "latest"]],
  [{ "tags-from": "commit" }, {}, [sha]],
  [{ tags: sha, "tags-from": "commit" }, {}, [sha]],
  [{ "tags-from": "none" }, {}, []],
  [{ "tags-from": "commit\nref" }, { GITHUB_REF: "refs/heads/main" }, [sha, "main"]],
  [{ "tags-from": "ref" }, { GITHUB_REF: "refs/tags/v1.2.3" }, ["v1.2.3"]],
  [{ "tags-from": "ref" }, { GITHUB_REF: "refs/pull/7/merge" }, ["pr-7"]],
  [{ "tags-from": "ref" }, { GITHUB_REF: "refs/heads/feature/Ünïcode & more" }, ["feature-n-code-more"]],
  [{ "tags-from": "ref" }, { GITHUB_REF: "refs/heads/.-hidden" }, ["hidden"]],
  [{ "tags-from": "ref" }, { GITHUB_REF: "refs/heads/日本" }, []],
  [{ "tags-from": "ref" }, { GITHUB_REF: `refs/heads/${"a".repeat(200)}` }, ["a".repeat(128)]],
  [{ "tags-from": "commit\nref" }, { GITHUB_SHA: undefined }, []],
])("turns %j in a run of %j into the tags %j", (inputs, variables, expected) => {
  expect(tags(inputs as Record<string, string>, { GITHUB_SHA: sha, ...variables })).toEqual(expected);
});

it.each([
  [{ tags: "-latest" }, `Input tags has "-latest"`],
  [{ tags: `source-${"a".repeat(40)}` }, "source-"],
  [{ "tags-from": "branch" }, `Input tags-from has "branch"; allowed: commit, ref, none`],
])("refuses %j", (inputs, message) => {
  expect(() => tags(inputs as Record<string, string>)).toThrow(message);
});
