import { Header, type HeaderData } from "tar";

/** The blocks of one entry. */
export function entry(data: HeaderData, content: Buffer | string = ""): Buffer {
  const body = Buffer.from(content);
  const block = Buffer.alloc(512);
  new Header({ mode: 0o644, mtime: new Date(0), size: body.length, ...data }).encode(block);
  return Buffer.concat([block, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
