import { randomUUID } from "node:crypto";
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImageLayer } from "../registry/registry.ts";
import { createImageFiles } from "./image-files.ts";
import { makeImage } from "./images.support.ts";
import { entry } from "./tar-entry.support.ts";
import { placeInImage } from "./unpack-layer.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "image-files-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const file = (path: string, text = path) => entry({ path, type: "File" }, text);
const folder = (path: string, mode = 0o755) => entry({ path, type: "Directory", mode });
const symlink = (path: string, linkpath: string) => entry({ path, type: "SymbolicLink", linkpath });
const hardLink = (path: string, linkpath: string) => entry({ path, type: "Link", linkpath });

async function layer(...entries: Buffer[]): Promise<ImageLayer> {
  const path = join(directory, randomUUID());
  await writeFile(path, gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)])));
  return { digest: `sha256:${path}`, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", path };
}

const unpack = (layers: readonly ImageLayer[], largest?: number) =>
  createImageFiles(join(directory, "images"), largest).unpack(makeImage(layers, {}));

describe("an image whose folders are links", () => {
  it("gets the files of a later layer in the target of its link, as with a merged /usr", async () => {
    const root = await unpack([
      await layer(folder("usr/"), folder("usr/bin/"), symlink("bin", "usr/bin"), file("bin/sh")),
      await layer(file("bin/menu"), hardLink("bin/card", "bin/menu"), symlink("bin/list", "/usr/bin/menu")),
      await layer(file("bin/.wh.sh", "")),
    ]);
    expect((await lstat(join(root, "bin"))).isSymbolicLink()).toBe(true);
    expect((await readdir(join(root, "usr/bin"))).sort()).toEqual(["card", "list", "menu"]);
    expect(await readFile(join(root, "bin/list"), "utf8")).toBe("bin/menu");
    expect(await placeInImage(root, "/bin/../lib")).toBe(join(root, "usr/lib"));
  });

  it.each([
    ["an absolute link", "/srv/data"],
    ["a link with too many steps up", "../../../../srv/data"],
    ["a link to a link", "etc/data"],
  ])("keeps paths through %s inside itself", async (_, target) => {
    const root = await unpack([
      await layer(symlink("etc/data", "../../srv/./data"), symlink("out", target)),
      await layer(file("out/kept"), file("out/gone")),
      await layer(file("out/.wh.gone", "")),
    ]);
    expect(await readdir(join(root, "srv/data"))).toEqual(["kept"]);
    expect(await readFile(join(root, "out/kept"), "utf8")).toBe("out/kept");
    expect((await readdir(root)).sort()).toEqual(["etc", "out", "srv"]);
  });

  it("has links to links, as Debian's alternatives", async () => {
    const alternatives = symlink("etc/alternatives/awk", "/usr/bin/mawk");
    const root = await unpack([
      await layer(alternatives, file("usr/bin/mawk"), symlink("usr/bin/awk", "/etc/alternatives/awk")),
    ]);
    expect(await readFile(join(root, "usr/bin/awk"), "utf8")).toBe("usr/bin/mawk");
  });

  it("has the later layer's file in place of a link, a folder or a file", async () => {
    const root = await unpack([
      await layer(file("real/a"), symlink("link", "real"), file("folder/b"), file("file")),
      await layer(folder("link/"), file("link/c"), file("folder"), folder("file/"), file("file/d")),
    ]);
    expect(await readdir(join(root, "link"))).toEqual(["c"]);
    expect(await readdir(join(root, "real"))).toEqual(["a"]);
    expect(await readFile(join(root, "folder"), "utf8")).toBe("folder");
    expect(await readdir(join(root, "file"))).toEqual(["d"]);
  });
});

it("drops the rights of a file's owner, and makes folders writable", async () => {
  const program = entry({ path: "folder/program", type: "File", mode: 0o4555 }, "");
  const root = await unpack([await layer(folder("folder/", 0o555), program)]);
  expect((await lstat(join(root, "folder"))).mode & 0o7777).toBe(0o755);
  expect((await lstat(join(root, "folder/program"))).mode & 0o7777).toBe(0o755);
});

describe("an image that cannot be unpacked", () => {
  it.each<[string, Buffer[], RegExp]>([
    [
      "a path to the outside",
      [file("../../escape")],
      /layer sha256:.*: the path \.\.\/\.\.\/escape holds \.\./,
    ],
    ["a hard link to the outside", [hardLink("a", "../../../etc/passwd")], /the path .*passwd holds \.\./],
    ["a hard link to nothing", [hardLink("a", "b")], /layer sha256:.*: ENOENT.*link/],
    ["links in a circle", [symlink("a", "b"), symlink("b", "a"), file("a/c")], /too many symbolic links/],
    ["a file for a folder", [file("a"), file("a/b")], /layer sha256:.*: (EEXIST|ENOTDIR)/],
    ["too much content", [file("large", "x".repeat(100_001))], /no space left on device: .* 100000 bytes/],
  ])("reports it for %s, and leaves nothing behind", async (_, entries, message) => {
    const many = Array.from({ length: 200 }, (__, index) => file(`many/${index}`, "x".repeat(400)));
    const layers = [await layer(...many, ...entries)];
    await expect(unpack(layers, 100_000)).rejects.toThrow(message);
    expect(await readdir(join(directory, "images"))).toEqual([]);
    expect(await readdir(directory)).toHaveLength(2);
  });
});
