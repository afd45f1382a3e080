import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { type HeaderData, Pax } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLayerEntries } from "./layer-entries.ts";
import { entry } from "./tar-entry.support.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "layer-entries-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = (path: string, content: Buffer | string) => entry({ path, type: "File" }, content);
const longPath = `${"a".repeat(150)}/${"b".repeat(150)}`;
const longName = (path: string) => entry({ path: "././@LongLink", type: "NextFileHasLongPath" }, `${path}\0`);
const extended = (data: HeaderData, isGlobal = false) =>
  entry(
    { path: "PaxHeader", type: isGlobal ? "GlobalExtendedHeader" : "ExtendedHeader" },
    new Pax(data, isGlobal).encodeBody(),
  );
const end = Buffer.alloc(1024);
/** More than one piece of unpacked data, and not a whole number of blocks. */
const large = Buffer.alloc(200_001, "large ");

const endlessName = entry({ path: "text", type: "NextFileHasLongPath", size: 2 ** 33 });
const zeros = file("zeros", Buffer.alloc(40 * 1024 * 1024));

async function read(bytes: Buffer): Promise<unknown[]> {
  const path = join(folder, "layer");
  await writeFile(path, bytes);
  const found: unknown[] = [];
  for await (const { path: name, type, pieces } of readLayerEntries(path)) {
    let text = "";
    for await (const piece of pieces()) text += piece.toString();
    found.push([name, type, text]);
  }
  return found;
}

describe("the entries of a layer", () => {
  const archive = Buffer.concat([
    entry({ path: "etc/", type: "Directory" }),
    file("large", large),
    file("etc/os-release", "ID=alpine\n"),
    entry({ path: "link", type: "SymbolicLink", linkpath: "large" }),
    end,
  ]);

  it.each([
    ["as they are", (bytes: Buffer) => bytes],
    ["of gzip", gzipSync],
    ["of zstd", zstdCompressSync],
  ])("are read in their order, %s", async (_, compress) => {
    expect(await read(compress(archive))).toEqual([
      ["etc/", "Directory", ""],
      ["large", "File", large.toString()],
      ["etc/os-release", "File", "ID=alpine\n"],
      ["link", "SymbolicLink", ""],
    ]);
  });

  it.each([
    ["in GNU's format", longName(longPath)],
    ["in pax format", extended({ path: longPath })],
    [
      "in pax format, for all that follow",
      Buffer.concat([extended({ uname: "me" }, true), longName(longPath)]),
    ],
  ])("have long names %s, each separately", async (_, header) => {
    const bytes = Buffer.concat([header, file("short", "1"), file("next", "2"), end]);
    expect(await read(bytes)).toEqual([
      [longPath, "File", "1"],
      ["next", "File", "2"],
    ]);
  });

  it("have the target of a link, of any length", async () => {
    const link = entry({ path: "link", type: "SymbolicLink", linkpath: "short" });
    const longLink = entry({ path: "././@LongLink", type: "NextFileHasLongLinkpath" }, `${longPath}\0`);
    const path = join(folder, "links");
    await writeFile(path, Buffer.concat([link, longLink, link, extended({ linkpath: longPath }), link, end]));
    const targets: string[] = [];
    for await (const { linkpath } of readLayerEntries(path)) targets.push(linkpath);
    expect(targets).toEqual(["short", longPath, longPath]);
  });

  it("are read in pieces, and may be read partly", async () => {
    const path = join(folder, "pieces");
    await writeFile(path, gzipSync(archive));
    const sizes: number[] = [];
    for await (const { type, size, pieces } of readLayerEntries(path)) {
      if (type !== "File") continue;
      let read = 0;
      for await (const piece of pieces()) {
        read += piece.length;
        if (size > 100_000) break;
      }
      sizes.push(read);
    }
    expect(sizes[0]).toBeLessThan(large.length);
    expect(sizes.slice(1)).toEqual(["ID=alpine\n".length]);
  });

  it.each([
    ["is cut off within a file", gzipSync(file("large", large).subarray(0, 100_000)), /ends within large/],
    ["is cut off within its compression", gzipSync(archive).subarray(0, 200), /unexpected end of file/],
    ["is not an archive", Buffer.alloc(512, "text"), /is not a tar archive/],
    ["unpacks to far more data", gzipSync(Buffer.concat([zeros, zeros])), /more than 200 times as many/],
    ["holds a name above the limit", endlessName, /too much for a text/],
  ])("are refused when the file %s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});
