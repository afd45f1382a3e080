import { readFileSync } from "node:fs";
import { join } from "node:path";
import { useFolder, writeFiles } from "@ecs-delivery/program/test-folder.support";
import { expect, onTestFinished, test } from "vitest";
import { isRelease, publishAs } from "./publish-as.ts";
import { placeholdersIn } from "./release/owner.ts";

// In two parts, so that the command does not change its own test.
const O = "OWNER";
const files = {
  "README.md": `git clone https://github.com/${O}/ecs-delivery && cd ecs-delivery
[site](https://${O}.github.io/ecs-delivery/). Replace \`${O}\`, the role and the names.
Replace \`${O}\`; [versions](versions.md) says more. Copy it, replace \`${O}\` and the names.`,
  "deploy.yml": `uses: ${O}/ecs-delivery/actions/build-image@v1 # gh run download --repo ${O}/REPOSITORY`,
  "reader.ts": `/^${O}\\/ecs-delivery@/; const help = "${O}/NAME@REF", version = "${O}/ecs-delivery@v1";`,
  "other.md": "no name",
};

function createCopy(): string {
  const root = useFolder(onTestFinished);
  writeFiles(root, files);
  return root;
}

test("the repository's name replaces the placeholder everywhere, once", () => {
  const root = createCopy();
  const paths = Object.keys(files);
  const changed = ["README.md", "deploy.yml", "reader.ts"];
  expect(placeholdersIn(root, paths)).toEqual([
    "README.md:1",
    "README.md:2",
    "README.md:3",
    "deploy.yml:1",
    "reader.ts:1",
  ]);
  expect(publishAs("Octo/ship", root, paths, true)).toEqual(changed);
  expect(readFileSync(join(root, "README.md"), "utf8")).toBe(files["README.md"]);
  expect(publishAs("Octo/ship", root, paths, false)).toEqual(changed);
  expect(changed.map((path) => readFileSync(join(root, path), "utf8"))).toEqual([
    `git clone https://github.com/Octo/ship && cd ship
[site](https://octo.github.io/ship/). Replace the role and the names.
[versions](versions.md) says more. Copy it, replace the names.`,
    `uses: Octo/ship/actions/build-image@v1 # gh run download --repo ${O}/REPOSITORY`,
    `/^Octo\\/ship@/; const help = "${O}/NAME@REF", version = "Octo/ship@v1";`,
  ]);
  expect(placeholdersIn(root, paths)).toEqual([]);
  expect(publishAs("Octo/ship", root, paths, false)).toEqual([]);
});

const badNames = `octo octo/ /ship octo/ship/x -octo/ship octo/.. octo/ship.git o_o/ship ${O}/ship`;
test.each(badNames.split(" "))("refuses the name %j and changes nothing", (name) => {
  const root = createCopy();
  expect(() => publishAs(name, root, Object.keys(files), false)).toThrow(
    "Fix: give its account and its name",
  );
  expect(readFileSync(join(root, "README.md"), "utf8")).toBe(files["README.md"]);
});

test.each([
  ["1.2.3", "## Unreleased\n\n- New.\n\n## 1.2.3\n\nOld.", [], false],
  ["1.2.3", "## Unreleased\n\n## 1.2.3\n\nNew.", [], true],
  ["1.2.3", "## 1.2.3\n\nNew.", [], true],
  ["1.2.3", "## Unreleased\n\n- New.\n\n## 1.2.3\n\nOld.", ["v1", "v1.2.3"], true],
  ["1.2.3-rc.1", "## 1.2.3-rc.1\n\nNew.", ["v1.2.3-rc.1"], false],
])("version %s with the changes %j and the tags %j", (version, changelog, tags, expected) => {
  expect(isRelease(JSON.stringify({ version }), `# Changelog\n\n${changelog}`, tags)).toBe(expected);
});
