import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { arePackagesInstalled } from "./packages.mjs";
import { useEmptyFolder, writeFiles } from "./test-folder.support.ts";

const locked = {
  "": { name: "project" },
  lab: { name: "lab" },
  "node_modules/tar": { version: "7.0.0", integrity: "sha512-a" },
  "node_modules/native": {
    ...{ version: "1.0.0", integrity: "sha512-b", optional: true },
    ...{ os: [process.platform], cpu: [process.arch] },
  },
  "node_modules/foreign": {
    version: "1.0.0",
    integrity: "sha512-c",
    optional: true,
    os: ["aix"],
    cpu: ["ppc64"],
  },
};
const { "": _, "node_modules/foreign": __, ...installed } = locked;

const root = useEmptyFolder();

const write = (path: string, text: string) => writeFiles(root, { [path]: text });

/** Creates the same files that `npm ci` leaves in a clone. */
function install(packages: Record<string, object>): void {
  writeFiles(root, {
    "package-lock.json": JSON.stringify({ packages: locked }),
    "node_modules/.package-lock.json": JSON.stringify({ packages }),
    "node_modules/.bin/node": "",
  });
}

describe("packages are installed", () => {
  it("when npm has recorded each of the lock file, except those for other machines", async () => {
    await install(installed);
    expect(arePackagesInstalled(root)).toBe(true);
  });

  it("also with additional ones", async () => {
    await install({ ...installed, "node_modules/own": { version: "1.0.0" } });
    expect(arePackagesInstalled(root)).toBe(true);
  });
});

describe("packages are not installed", () => {
  it("in a fresh clone", async () => {
    await write("package-lock.json", JSON.stringify({ packages: locked }));
    expect(arePackagesInstalled(root)).toBe(false);
  });

  it.each([
    ["one has another version", { "node_modules/tar": { version: "6.0.0", integrity: "sha512-a" } }],
    ["one has other content", { "node_modules/tar": { version: "7.0.0", integrity: "sha512-z" } }],
    ["one is missing", { "node_modules/tar": undefined }],
    ["they are on another machine", { "node_modules/native": undefined }],
  ])("when %s", async (_, differing) => {
    await install({ ...installed, ...differing } as Record<string, object>);
    expect(arePackagesInstalled(root)).toBe(false);
  });

  it("when their install scripts were left out, so that Node 24 is missing", async () => {
    await install(installed);
    await rm(join(root, "node_modules/.bin/node"));
    expect(arePackagesInstalled(root)).toBe(false);
  });
});
