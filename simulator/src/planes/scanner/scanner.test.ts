import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeLayer } from "../tasks/images.support.ts";
import { type Advisory, readAdvisories } from "./advisories.ts";
import { alpine } from "./image.support.ts";
import { createScanner } from "./scanner.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scanner-test-"));
});
afterEach(() => rm(folder, { recursive: true }));

const openssl: Advisory = {
  name: "CVE-2024-5535",
  distribution: "alpine",
  package: "openssl",
  fixedVersion: "3.3.1-r1",
  severity: "CRITICAL",
};
const unsupported = {
  failure: "UnsupportedImageError: The operating system and/or package manager are not supported.",
};

/** Scans an image of these layers, the lowest first; returns the findings as `name version`. */
async function scan(layers: Record<string, string>[], advisories: Advisory[]) {
  const made = await Promise.all(layers.map((files) => makeLayer(folder, files)));
  const result = await createScanner(advisories)(made);
  return "failure" in result
    ? result
    : result.findings.map((found) => `${found.advisory.name} ${found.version}`);
}

describe("the packages of an image", () => {
  it("are matched with the first version that is mended", async () => {
    const found = await scan([alpine({ openssl: "3.3.1-r0", musl: "1.2.5-r0" })], [openssl]);
    expect(found).toEqual(["CVE-2024-5535 3.3.1-r0"]);
    expect(await scan([alpine({ openssl: "3.3.1-r1" })], [openssl])).toEqual([]);
  });

  it("are those of the uppermost list", async () => {
    const base = alpine({ openssl: "3.3.1-r0" });
    expect(await scan([base, alpine({ openssl: "3.3.2-r0" })], [openssl])).toEqual([]);
  });

  it.each([
    ["the list itself", { "lib/apk/db/.wh.installed": "" }],
    ["a folder above it", { "lib/.wh.apk": "" }],
    ["all that its folder held", { "lib/apk/db/.wh..wh..opq": "" }],
  ])("are gone when a later layer removes %s", async (_, removal) => {
    expect(await scan([alpine({ openssl: "3.3.1-r0" }), removal], [openssl])).toEqual(unsupported);
  });

  it("are named by the source they were built from, once", async () => {
    const installed = ["libssl3", "libcrypto3"]
      .map((name) => `P:${name}\nV:3.3.1-r0\no:openssl\n`)
      .join("\n");
    const files = { ...alpine({}), "lib/apk/db/installed": installed };
    expect(await scan([files], [openssl])).toEqual(["CVE-2024-5535 3.3.1-r0"]);
  });

  it("are read from dpkg, too, with and without its own list", async () => {
    const advisory = { ...openssl, distribution: "debian", package: "glibc", fixedVersion: "2.36-9+deb12u8" };
    const libc = "Package: libc6\nSource: glibc (2.36-9+deb12u7)\nVersion: 2.36-9+deb12u7+b1\n";
    const release = { "usr/lib/os-release": 'PRETTY_NAME="Debian"\nID=debian\n' };
    const list = `${libc}Status: install ok installed\n\nPackage: gone\nVersion: 1\nStatus: deinstall ok config-files\n`;
    for (const path of ["var/lib/dpkg/status", "var/lib/dpkg/status.d/libc6"])
      expect(await scan([{ ...release, [path]: list }], [advisory])).toEqual([
        "CVE-2024-5535 2.36-9+deb12u7",
      ]);
    const gone = { ...advisory, package: "gone", fixedVersion: "2" };
    expect(await scan([{ ...release, "var/lib/dpkg/status": list }], [gone])).toEqual([]);
  });
});

describe("findings", () => {
  it("begin with the worst", async () => {
    const low: Advisory = { ...openssl, name: "CVE-1", severity: "LOW" };
    const found = await scan([alpine({ openssl: "3.0-r0" })], [low, openssl]);
    expect(found).toEqual(["CVE-2024-5535 3.0-r0", "CVE-1 3.0-r0"]);
  });

  it("are of the same distribution", async () => {
    expect(await scan([alpine({ openssl: "3.0-r0" })], [{ ...openssl, distribution: "debian" }])).toEqual([]);
  });

  it("are there for every version while none is mended", async () => {
    const { fixedVersion: _, ...unmended } = openssl;
    expect(await scan([alpine({ openssl: "99" })], [unmended])).toEqual(["CVE-2024-5535 99"]);
  });
});

describe("an image that cannot be scanned", () => {
  it.each([
    ["from scratch", { "app/server.mjs": "" }],
    ["of a system that ECR does not know", { "etc/os-release": "ID=elxr\n", "var/lib/dpkg/status": "" }],
    ["without a list of packages", { "etc/os-release": "ID=alpine\n" }],
  ])("is one %s", async (_, files) => {
    expect(await scan([files], [openssl])).toEqual(unsupported);
  });

  it("is one with rpm, which the simulator says of itself", async () => {
    const files = { "etc/os-release": 'ID="amzn"\n' };
    expect(await scan([files], [])).toEqual({
      failure: expect.stringContaining("The simulator reads no rpm"),
    });
  });
});

describe("a file of advisories", () => {
  it.each([
    ["{}", "a JSON list of advisories is expected"],
    ["[", "JSON"],
    ['[{"name":"CVE-1","distribution":"alpine","severity":"LOW"}]', "advisory 1 has no package"],
    [JSON.stringify([{ ...openssl, severity: "BAD" }]), 'the severity "BAD"; allowed: CRITICAL, HIGH'],
  ])("is refused when it is %s", async (text, message) => {
    const file = join(folder, "advisories.json");
    await writeFile(file, text);
    expect(() => readAdvisories(file)).toThrow(message);
  });

  it("is read", async () => {
    const file = join(folder, "advisories.json");
    await writeFile(file, JSON.stringify([openssl]));
    expect(readAdvisories(file)).toEqual([openssl]);
  });
});
