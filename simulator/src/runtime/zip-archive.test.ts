import { expect, it } from "vitest";
import { zip } from "../services/lambda/zip.support.ts";
import { readZip } from "./zip-archive.ts";

it("reads the files of an archive", () => {
  const files = { "index.mjs": "export const handler = 1;", "lib/a.js": "x".repeat(10_000) };
  const entries = readZip(zip(files)).map(({ path, content }) => [path, content.toString()]);
  expect(Object.fromEntries(entries)).toEqual(files);
});

it.each([
  ["not an archive", Buffer.from("hello"), "it is not a zip archive"],
  ["a path to the outside", zip({ "../escape.js": "" }), "the path ../escape.js leads out of it"],
  ["an absolute path", zip({ "/etc/passwd": "" }), "the path /etc/passwd leads out of it"],
])("refuses %s", (_, archive, message) => {
  expect(() => readZip(archive)).toThrow(message);
});

it("refuses an archive whose files are together larger than the limit", () => {
  const archive = zip({ a: "x".repeat(10_000), b: "y".repeat(10_000) });
  expect(readZip(archive, 20_000)).toHaveLength(2);
  for (const limit of [19_999, 9_999, 0])
    expect(() => readZip(archive, limit)).toThrow("its files are too large when unpacked");
});
