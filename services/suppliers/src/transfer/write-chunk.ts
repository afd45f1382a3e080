import type { Writable } from "node:stream";

/** Hands a parser one piece and waits until it has taken it; rejects when the piece breaks its rules. */
export function writeChunk(parser: Writable, chunk: Uint8Array | string): Promise<void> {
  return new Promise((taken, fail) => {
    parser.write(chunk, (error) => (error ? fail(error) : taken()));
  });
}
