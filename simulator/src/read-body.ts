import type { IncomingMessage } from "node:http";

/**
 * Returns the body of a request; undefined when it is larger than the limit. Then it is read to its end without being
 * kept: a client that is still sending would not see the response.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}
