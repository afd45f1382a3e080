import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { compareVersions, newestOf, notesOf, readVersion } from "./version.ts";

test("CHANGELOG.md has notes for the version in package.json", () => {
  const version = readVersion(readFileSync("package.json", "utf8"));
  expect(notesOf(readFileSync("CHANGELOG.md", "utf8"), version)).toMatch(/\w/);
});

test("package-lock.json has the version of package.json", () => {
  const { version, packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const expected = readVersion(readFileSync("package.json", "utf8"));
  expect([version, packages[""].version]).toEqual([expected, expected]);
});

describe("readVersion", () => {
  it.each(["1.2", "1.2.3-rc.1", "v1.2.3", "01.2.3", ""])("rejects %j", (version) => {
    expect(() => readVersion(JSON.stringify({ version }))).toThrow(
      `The version "${version}" in package.json cannot be released. Fix: use three numbers`,
    );
  });

  it("rejects a package without a version", () => {
    expect(() => readVersion("{}")).toThrow(/The version "undefined"/);
  });
});

describe("notesOf", () => {
  const changelog =
    "# Changelog\n\n## Unreleased\n\nLater.\n\n## 1.10.0 (2026-12-01)\n\nTen.\n\n### Fixed\n- x\n\n## 1.1.0\n\n";

  it("returns the section with its own headings", () => {
    expect(notesOf(changelog, "1.10.0")).toBe("Ten.\n\n### Fixed\n- x");
  });

  it.each(["1.1.0", "1.0.0", "1.1"])("rejects a missing or empty section: %s", (version) => {
    expect(() => notesOf(changelog, version)).toThrow(`CHANGELOG.md has no notes for ${version}.`);
  });
});

describe("newestOf", () => {
  const tags = ["v1.9.0", "v1.10.0", "v1.10.2", "v1", "v1.10", "v10.0.0", "latest", "v2.0.0-rc.1"];

  it.each([
    [undefined, "10.0.0"],
    ["1", "1.10.2"],
    ["1.9", "1.9.0"],
    ["2", undefined],
  ])("of series %s is %s", (series, newest) => {
    expect(newestOf(tags, series)).toBe(newest);
  });
});

test.each([
  ["1.9.0", "1.10.0", -1],
  ["2.0.0", "1.99.99", 1],
  ["1.2.3", "1.2.3", 0],
])("compares %s with %s", (one, other, sign) => {
  expect(Math.sign(compareVersions(one, other))).toBe(sign);
});
