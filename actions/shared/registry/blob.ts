/** The content of a blob, readable as often as needed. */
export interface BlobContent {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

export function blobOf(digest: string, bytes: Uint8Array): BlobContent {
  const open = async function* () {
    yield bytes;
  };
  return { digest, size: bytes.length, open };
}

/** Cuts a stream into parts of `size` bytes, the last one shorter; `end` closes the stream early. */
export function cutIntoParts(content: AsyncIterable<Uint8Array>) {
  const iterator = content[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  return {
    async read(size: number): Promise<Uint8Array> {
      const chunks: Uint8Array[] = [];
      let missing = size;
      while (missing > 0) {
        if (rest.length === 0) {
          const next = await iterator.next();
          if (next.done) break;
          rest = next.value;
        }
        const chunk = rest.subarray(0, missing);
        rest = rest.subarray(chunk.length);
        missing -= chunk.length;
        chunks.push(chunk);
      }
      return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    },
    end: async () => void (await iterator.return?.()),
  };
}
