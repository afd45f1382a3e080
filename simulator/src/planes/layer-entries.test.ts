import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { Header, type HeaderData, Pax } from "tar";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readLayerEntries } from "./layer-entries.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "layer-entries-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The blocks of one entry. */
function entry(data: HeaderData, content: Buffer | string = ""): Buffer {
  const body = Buffer.from(content);
  const block = Buffer.alloc(512);
  new Header({ mode: 0o644, mtime: new Date(0), size: body.length, ...data }).encode(block);
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

const file = (path: string, content: Buffer | string) => entry({ path, type: "File" }, content);
const longPath = `${"a".repeat(150)}/${"b".repeat(150)}`;
const longName = (path: string) => entry({ path: "././@LongLink", type: "NextFileHasLongPath" }, `${path}\0`);
const extended = (data: HeaderData, isGlobal = false) =>
  entry(
    { path: "PaxHeader", type: isGlobal ? "GlobalExtendedHeader" : "ExtendedHeader" },
    new Pax(data, isGlobal).encodeBody(),
  );
const end = Buffer.alloc(1024);
/** More than is unpacked at a time, and not a whole number of blocks. */
const large = Buffer.alloc(200_001, "large ");

async function read(bytes: Buffer, isWanted = (_: string) => true): Promise<unknown[]> {
  const path = join(folder, "layer");
  await writeFile(path, bytes);
  const found: unknown[] = [];
  for await (const { path: name, type, text } of readLayerEntries(path))
    found.push([name, type, isWanted(name) ? await text() : undefined]);
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
  ])("come in their order, %s", async (_, compress) => {
    expect(await read(compress(archive))).toEqual([
      ["etc/", "Directory", ""],
      ["large", "File", large.toString()],
      ["etc/os-release", "File", "ID=alpine\n"],
      ["link", "SymbolicLink", ""],
    ]);
  });

  it("need not be read", async () => {
    const found = await read(gzipSync(archive), (path) => path === "etc/os-release");
    expect(found).toContainEqual(["etc/os-release", "File", "ID=alpine\n"]);
  });

  it.each([
    ["GNU's way", longName(longPath)],
    ["the way of pax", extended({ path: longPath })],
    [
      "the way of pax, for all that follow",
      Buffer.concat([extended({ uname: "me" }, true), longName(longPath)]),
    ],
  ])("have long names told %s, each for itself", async (_, told) => {
    const bytes = Buffer.concat([told, file("short", "1"), file("next", "2"), end]);
    expect(await read(bytes)).toEqual([
      [longPath, "File", "1"],
      ["next", "File", "2"],
    ]);
  });

  it.each([
    ["is cut within a file", gzipSync(file("large", large).subarray(0, 100_000)), /ends within large/],
    ["is cut within its compression", gzipSync(archive).subarray(0, 200), /unexpected end of file/],
    ["is no archive", Buffer.alloc(512, "text"), /is no tar archive/],
  ])("are refused when the file %s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});
