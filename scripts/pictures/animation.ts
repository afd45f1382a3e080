import { crc32 } from "node:zlib";

/** A picture that replaces a part of the one before, for a time. */
export interface Frame {
  /** PNG without a palette. */
  readonly png: Buffer;
  /** Place of its left upper corner. */
  readonly x: number;
  readonly y: number;
  readonly ms: number;
}

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/**
 * Returns an animated PNG that begins again at its end (www.w3.org/TR/png-3, 11.3.7). The first frame has the size of the
 * whole; all have the same type of pixels.
 */
export function animatedPng(frames: readonly Frame[]): Buffer {
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames.length);
  const header = chunksOf(frames[0]?.png ?? signature).find(({ type }) => type === "IHDR")?.data;
  if (!header) throw new Error("an animation has at least one frame");
  let sequence = 0;
  const parts = frames.flatMap((frame, index) => {
    const chunks = chunksOf(frame.png);
    const size = chunks[0]?.data.subarray(0, 8) ?? Buffer.alloc(8);
    const data = chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data);
    return [
      chunk("fcTL", frameControl(sequence++, size, frame)),
      ...data.map((part) => (index === 0 ? chunk("IDAT", part) : chunk("fdAT", numbered(sequence++, part)))),
    ];
  });
  return Buffer.concat([
    ...[signature, chunk("IHDR", header), chunk("acTL", control), ...parts],
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function frameControl(sequence: number, size: Buffer, { x, y, ms }: Frame): Buffer {
  const control = Buffer.alloc(26);
  control.writeUInt32BE(sequence);
  size.copy(control, 4);
  control.writeUInt32BE(x, 12);
  control.writeUInt32BE(y, 16);
  control.writeUInt16BE(ms, 20);
  control.writeUInt16BE(1000, 22);
  return control;
}

function numbered(sequence: number, data: Buffer): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(sequence);
  return Buffer.concat([number, data]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** @internal Returns the chunks of a PNG. */
export function chunksOf(png: Buffer): { readonly type: string; readonly data: Buffer }[] {
  const chunks = [];
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}
