import { deflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { animatedPng, chunksOf } from "./animation.ts";

/** A PNG with one chunk of grey pixels; only what animatedPng reads is right. */
function pngOf(width: number, height: number): Buffer {
  const part = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  const pixels = deflateSync(Buffer.alloc(height * (width + 1)));
  return Buffer.concat([
    Buffer.alloc(8),
    part("IHDR", header),
    part("IDAT", pixels),
    part("IEND", Buffer.alloc(0)),
  ]);
}

it("shows frames one after the other, each at its place and for its time", () => {
  const made = animatedPng([
    { png: pngOf(40, 30), x: 0, y: 0, ms: 500 },
    { png: pngOf(8, 6), x: 3, y: 5, ms: 1200 },
  ]);
  const chunks = chunksOf(made);
  expect(chunks.map(({ type }) => type)).toEqual(["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "IEND"]);
  const controls = chunks.filter(({ type }) => type === "fcTL").map(({ data }) => data);
  const valuesOf = (data: Buffer) => [0, 4, 8, 12, 16].map((at) => data.readUInt32BE(at));
  expect(controls.map(valuesOf)).toEqual([
    [0, 40, 30, 0, 0],
    [1, 8, 6, 3, 5],
  ]);
  expect(controls.map((data) => data.readUInt16BE(20) / data.readUInt16BE(22))).toEqual([0.5, 1.2]);
  expect(chunks[1]?.data.readUInt32BE()).toBe(2);
  expect(chunks[5]?.data.readUInt32BE()).toBe(2);
});

it("rejects an animation without a frame", () => {
  expect(() => animatedPng([])).toThrow("at least one frame");
});
