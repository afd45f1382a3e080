import { Readable } from "node:stream";

/**
 * Returns the bytes of a request's body: complete ones from the gateway, any type of the SDK's from in-process callers.
 */
export async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!(body instanceof Readable)) throw new TypeError("the Body must be a text, bytes or a stream");
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
