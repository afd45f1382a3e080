/** A file in another encoding, such as Excel's plain "CSV" in Windows-1252. */
export class NotUtf8 extends Error {}

/**
 * Yields the text, without its byte order mark. At the first byte that is not UTF-8 it yields U+FFFD, for a parser
 * that looks ahead to get there, and throws `NotUtf8`.
 */
export async function* decodeUtf8(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const isUtf8 = createCheck();
  // The check says that a byte is wrong, but not where.
  const decoder = new TextDecoder();
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk, { stream: true });
    if (!isUtf8(chunk)) {
      yield text.slice(0, text.indexOf("\uFFFD") + 1);
      throw new NotUtf8("the file is not UTF-8");
    }
    yield text;
  }
  if (isUtf8()) return;
  yield decoder.decode();
  throw new NotUtf8("the file ends in the middle of a character");
}

/** Takes chunk after chunk, and none for the end. */
function createCheck(): (chunk?: Uint8Array) => boolean {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return (chunk) => {
    try {
      decoder.decode(chunk, { stream: chunk !== undefined });
      return true;
    } catch {
      return false;
    }
  };
}
