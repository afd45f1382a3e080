import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createScratchRepository } from "./scratch-repository.support.ts";

let repository: ReturnType<typeof createScratchRepository>;
beforeEach(() => {
  repository = createScratchRepository();
});
afterEach(() => repository.remove());

const bundle = "console.log('deployed');\n";
/** Files that a `uses:` line reaches, and the package, next to the bundle. */
const reached = [
  ".github/workflows/deploy.yml",
  "action.yml",
  ...["action.yml", "usage/lab.yaml", "weights.json"].map((file) => `actions/deploy/${file}`),
  ...["action.yaml", "find.mjs"].map((file) => `scripts/find/${file}`),
  "ecs-delivery-1.2.3.tgz",
];
const forDevelopers = ["actions/deploy/src/index.ts", "scripts/find/find.test.ts", "scripts/build.ts"];

function filesOf(version: string, notes = `Notes of ${version}.`): Record<string, string> {
  return {
    "package.json": JSON.stringify({ version }),
    "CHANGELOG.md": `# Changelog\n\n## ${version}\n\n${notes}\n`,
    "actions/deploy/dist/index.js": bundle,
    ...Object.fromEntries([...reached, ...forDevelopers].map((file) => [file, `${file}\n`])),
  };
}

function released(version: string): string {
  const commit = repository.commit(filesOf(version));
  expect(repository.publish()).toMatchObject({ status: 0 });
  return commit;
}

/** The version that `plan` passes to the workflow's later jobs. */
function planned(): string {
  const { status, version } = repository.plan();
  expect(status).toBe(0);
  return version;
}

describe("a new version", () => {
  it("is planned and published with its notes, checksums and tags", () => {
    const commit = repository.commit(filesOf("1.2.3"));
    expect(planned()).toBe("1.2.3");
    expect(repository.publish()).toMatchObject({ status: 0 });
    expect(repository.tags()).toEqual({ "v1.2.3": commit, "v1.2": commit, v1: commit });
    const release = repository.releases()["v1.2.3"];
    expect(release).toMatchObject({ draft: false, notes: "Notes of 1.2.3." });
    const digest = createHash("sha256").update(bundle).digest("hex");
    const { "checksums.txt": checksums = "", ...packages } = release?.assets ?? {};
    expect(checksums).toContain(`${digest}  actions/deploy/dist/index.js\n`);
    const files = checksums.match(/(?<= {2}).+/g)?.sort();
    expect(files).toEqual([...reached, "actions/deploy/dist/index.js"].sort());
    expect(packages).toEqual({ "ecs-delivery-1.2.3.tgz": "ecs-delivery-1.2.3.tgz\n" });
  });

  it.each([
    ["1.2.4", ["v1", "v1.2"]],
    ["1.10.0", ["v1", "v1.10"]],
    ["2.0.0", ["v2", "v2.0"]],
  ])("%s after 1.2.3 moves %s only", (version, moved) => {
    const first = released("1.2.3");
    const second = released(version);
    expect(repository.tags()).toEqual({
      "v1.2.3": first,
      "v1.2": first,
      v1: first,
      [`v${version}`]: second,
      ...Object.fromEntries(moved.map((tag) => [tag, second])),
    });
  });
});

describe("a version that is released already", () => {
  it("changes nothing in a second run", () => {
    released("1.2.3");
    const before = [repository.tags(), repository.changes()];
    expect(planned()).toBe("");
    expect(repository.publish()).toMatchObject({ status: 0 });
    expect([repository.tags(), repository.changes()]).toEqual(before);
  });

  it("changes nothing for a later commit, whatever its notes are", () => {
    released("1.2.3");
    repository.commit(filesOf("1.2.3", "Corrected notes."));
    const before = [repository.tags(), repository.releases()];
    expect(planned()).toBe("");
    expect(repository.publish()).toMatchObject({ status: 0 });
    expect([repository.tags(), repository.releases()]).toEqual(before);
  });

  it("moves nothing back when an old run is repeated", () => {
    const old = released("1.2.3");
    released("1.3.0");
    const before = repository.tags();
    repository.git("checkout", "--quiet", old);
    expect(planned()).toBe("");
    // Its failed jobs alone are repeated, with the outputs of its plan.
    expect(repository.publish({}, { ...repository.plan(), version: "1.2.3" })).toMatchObject({ status: 0 });
    expect(repository.tags()).toEqual(before);
  });
});

describe("a version that must not be released", () => {
  it.each([
    ["lower than a released one", filesOf("1.2.2"), "1.2.2 in package.json is lower than 1.2.3"],
    ["without notes", { "package.json": '{"version":"1.3.0"}' }, "CHANGELOG.md has no notes for 1.3.0"],
    [
      "with a placeholder",
      { ...filesOf("1.3.0"), "README.md": ["OWNER", "ecs-delivery"].join("/") },
      "A placeholder for the repository's name remains (README.md:1)",
    ],
    ["that is a prerelease", filesOf("1.3.0-rc.1"), 'The version "1.3.0-rc.1" in package.json'],
  ])("fails before anything changes: %s", (_, files, problem) => {
    released("1.2.3");
    const before = [repository.tags(), repository.changes()];
    repository.commit(files);
    const { status, output } = repository.publish();
    expect({ status, output }).toEqual({ status: 1, output: expect.stringMatching(/^::error::.* Fix: /) });
    expect(output).toContain(problem);
    expect([repository.tags(), repository.changes()]).toEqual(before);
  });
});

describe("a failed run", () => {
  it.each([
    ["the draft is not created", { FAIL_GH: "create" }, undefined],
    ["the tag is refused", {}, "refs/tags/v1.2.3"],
    ["the draft is not published", { FAIL_GH: "edit" }, undefined],
  ])("leaves no tag and no release when %s, and a repeated one succeeds", (_, environment, refused) => {
    const commit = repository.commit(filesOf("1.2.3"));
    repository.refuse(refused);
    expect(repository.publish(environment)).toMatchObject({ status: 1 });
    expect([repository.tags(), repository.releases()]).toEqual([{}, {}]);
    repository.refuse();
    expect(planned()).toBe("1.2.3");
    expect(repository.publish()).toMatchObject({ status: 0 });
    expect(repository.tags()).toEqual({ "v1.2.3": commit, "v1.2": commit, v1: commit });
  });

  it("leaves v1 and v1.2 at the version before when one of them is refused", () => {
    const first = released("1.2.3");
    const second = repository.commit(filesOf("1.2.4"));
    repository.refuse("refs/tags/v1");
    const run = repository.publish();
    expect(run.status).toBe(1);
    expect(run.output).toContain("v1.2.4 is released, but v1 and v1.2 did not move");
    expect(repository.tags()).toMatchObject({ "v1.2.4": second, "v1.2": first, v1: first });
    repository.refuse();
    const later = repository.commit({ "README.md": "" });
    expect(planned()).toBe("1.2.4");
    expect(repository.publish()).toMatchObject({ status: 0 });
    expect(later).not.toBe(second);
    expect(repository.tags()).toMatchObject({ "v1.2": second, v1: second });
  });

  it("is continued when its clean-up failed too", () => {
    const commit = repository.commit(filesOf("1.2.3"));
    repository.git("push", "--quiet", "origin", `${commit}:refs/tags/v1.2.3`);
    const leftover = { draft: true, notes: "", assets: {} };
    writeFileSync(join(repository.folder, "releases.json"), JSON.stringify({ "v1.2.3": leftover }));
    expect(planned()).toBe("1.2.3");
    expect(repository.publish()).toMatchObject({ status: 0 });
    expect(repository.releases()["v1.2.3"]).toMatchObject({ draft: false, notes: "Notes of 1.2.3." });
    expect(repository.tags()).toEqual({ "v1.2.3": commit, "v1.2": commit, v1: commit });
  });

  it("runs no git hook of a replaced artifact", () => {
    repository.commit(filesOf("1.2.3"));
    const stolen = join(repository.folder, "stolen");
    expect(repository.publish({}, repository.plan(), `env > ${stolen}`)).toMatchObject({ status: 0 });
    expect(existsSync(stolen)).toBe(false);
  });

  it("reports a tag of another commit that has no release", () => {
    const other = repository.commit(filesOf("1.2.3"));
    repository.git("push", "--quiet", "origin", `${other}:refs/tags/v1.2.3`);
    const commit = repository.commit({ "README.md": "" });
    const { output } = repository.plan();
    expect(output).toContain(
      `The tag v1.2.3 is at ${other}, but has no release; this commit is ${commit}. Fix:`,
    );
    expect(existsSync(join(repository.folder, "changes"))).toBe(false);
  });
});

it("refuses an unknown command", () => {
  expect(repository.release(["deploy"])).toMatchObject({
    status: 1,
    output: expect.stringContaining("usage: node scripts/release.ts plan | checksums FILE"),
  });
});
