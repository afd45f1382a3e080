import type { Message } from "./message.ts";

/**
 * Extracts a body from the chunks that an SDK signs or adds checksums to while sending. Headers that follow the body,
 * such as its checksum, are moved to the others. Source: S3 API reference, "Signature calculations for the
 * authorization header: transferring payload in multiple chunks". Throws SyntaxError for a body that is cut off.
 */
export function unchunk(message: Message): Message {
  const kind = message.headers["x-amz-content-sha256"];
  if (typeof kind !== "string" || !kind.startsWith("STREAMING-")) return message;
  const { chunks, end } = readChunks(message.body);
  const body = Buffer.concat(chunks);
  const declared = message.headers["x-amz-decoded-content-length"];
  if (declared !== undefined && Number(declared) !== body.length)
    throw new SyntaxError(`x-amz-decoded-content-length is ${declared}, but ${body.length} bytes came.`);
  return { ...message, body, headers: { ...plainHeaders(message), ...trailers(message.body.subarray(end)) } };
}

function readChunks(body: Buffer): { chunks: Buffer[]; end: number } {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = body.indexOf("\r\n", position);
    const line = lineEnd < 0 ? "" : body.toString("latin1", position, lineEnd);
    const size = Number.parseInt(line, 16);
    const start = lineEnd + 2;
    if (!/^[0-9a-fA-F]+(;.*)?$/.test(line) || start + size > body.length)
      throw new SyntaxError("The chunked body ends before its last chunk.");
    if (size === 0) return { chunks, end: start };
    chunks.push(body.subarray(start, start + size));
    position = start + size + 2;
  }
}

function trailers(rest: Buffer): Record<string, string> {
  const lines = rest.toString("latin1").split("\r\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]];
    }),
  );
}

/** Removes the headers of the chunks' encoding. */
function plainHeaders({ headers }: Message): Message["headers"] {
  const { "content-encoding": encoding = "", "content-length": _, ...rest } = headers;
  const others = encoding.split(",").map((each) => each.trim());
  const kept = others.filter((each) => each !== "aws-chunked" && each !== "").join(",");
  return kept === "" ? rest : { ...rest, "content-encoding": kept };
}
