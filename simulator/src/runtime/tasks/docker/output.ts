import { once } from "node:events";
import { createInterface } from "node:readline";
import { PassThrough, type Readable } from "node:stream";

/**
 * Each piece is preceded by its stream (1 standard output, 2 standard error), three zeros and its length
 * (ContainerAttach).
 */
const headerLength = 8;

/** Splits an engine's stream of a container's two outputs; resolves when it ends. */
export async function readPieces(
  stream: Readable,
  onPiece: (piece: Buffer, from: "stdout" | "stderr") => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headerLength) {
      const end = headerLength + rest.readUInt32BE(4);
      if (rest.length < end) break;
      onPiece(rest.subarray(headerLength, end), rest[0] === 2 ? "stderr" : "stdout");
      rest = rest.subarray(end);
    }
  }
}

/** The same, line by line; the last line needs no line break. */
export async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const outputs = { stdout: new PassThrough(), stderr: new PassThrough() };
  const ended = Object.values(outputs).map((input) =>
    once(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on("line", onLine), "close"),
  );
  try {
    await readPieces(stream, (piece, from) => void outputs[from].write(piece));
  } finally {
    for (const output of Object.values(outputs)) output.end();
    await Promise.all(ended);
  }
}
