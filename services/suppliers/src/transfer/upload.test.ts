import { describe, expect, it } from "vitest";
import { ImportRefusal } from "./import-refusal.ts";
import { readUploadedFile, uploadLimitBytes } from "./upload.ts";

/** A request whose body is read piece by piece, only when asked for. */
function upload(contentType: string, pieces: readonly string[], headers: Record<string, string> = {}) {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = left.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(Buffer.from(piece));
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request("http://localhost/", {
    method: "POST",
    headers: { "content-type": contentType, ...headers },
    body,
    duplex: "half",
  });
  return { request, left };
}

async function read(request: Request): Promise<string> {
  let text = "";
  try {
    for await (const chunk of readUploadedFile(request)) text += Buffer.from(chunk).toString();
    return text;
  } catch (error) {
    if (!(error instanceof ImportRefusal)) throw error;
    return `${text}[${error.refusal.kind}]`;
  }
}

const form = "multipart/form-data; boundary=XX";
const part = (content: string, disposition = 'form-data; name="file"; filename="a.csv"') =>
  `--XX\r\nContent-Disposition: ${disposition}\r\n\r\n${content}\r\n`;
const end = "--XX--\r\n";

describe("an upload", () => {
  it.each([
    ["a CSV by itself", "text/csv", "a,b", "a,b"],
    ["a CSV with a character set", "Text/CSV; charset=utf-8", "a,b", "a,b"],
    ["a form with a file", form, part("a,b") + end, "a,b"],
    ["a file between other fields", form, part("1", 'form-data; name="x"') + part("a,b") + end, "a,b"],
    ["a line that looks like a boundary", form, part("--X\r\n--XY") + end, "--X\r\n--XY"],
    ["an empty file", form, part("") + end, ""],
    ["another type", "application/json", "{}", "[wrong-content-type]"],
    ["a form without files", "application/x-www-form-urlencoded", "file=x", "[wrong-content-type]"],
    ["no file", form, part("x", 'form-data; name="x"') + end, "[no-file]"],
    [
      "a field in which no file was chosen",
      form,
      part("", 'form-data; name="file"; filename=""') + end,
      "[no-file]",
    ],
    ["a file in another field", form, part("a", 'form-data; name="x"; filename="a.csv"') + end, "[no-file]"],
    ["two files", form, part("a,b") + part("c,d") + end, "a,b[second-file]"],
    ["no part", form, end, "[no-file]"],
    ["no boundary", "multipart/form-data", part("a") + end, "[broken-upload]"],
    ["something that is no form", form, "garbage", "[broken-upload]"],
    ["a form of nothing", form, "", "[broken-upload]"],
    ["a form that ends in the file", form, part("a,b").trimEnd(), "a,b[broken-upload]"],
    ["a form that ends in a header", form, "--XX\r\nContent-Dispos", "[broken-upload]"],
    ["a header that is none", form, "--XX\r\n: :\r\n\r\nabc\r\n--XX--\r\n", "[no-file]"],
  ])("of %s is read whole or in pieces", async (_, contentType, body, text) => {
    for (const size of [1, 5, body.length || 1]) {
      const pieces = body.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
      expect(await read(upload(contentType, pieces).request)).toBe(text);
    }
  });

  it("that says it is too large is not read at all", async () => {
    const { request, left } = upload("text/csv", ["a"], { "content-length": String(uploadLimitBytes + 1) });
    expect(await read(request)).toBe("[too-large]");
    expect(left).toHaveLength(1);
  });

  it("that turns out too large is read up to the limit", async () => {
    const megabyte = "x".repeat(1024 * 1024);
    const { request, left } = upload("text/csv", Array(30).fill(megabyte));
    expect(await read(request)).toBe(`${megabyte.repeat(20)}[too-large]`);
    expect(left).toHaveLength(9);
  });

  it.each([
    ["text/csv", "a,b\n"],
    [form, "a,b\n"],
  ])("of %s is read on only when more is wanted", async (contentType, piece) => {
    const pieces =
      contentType === form ? [part("").slice(0, -2), piece, piece, piece] : [piece, piece, piece];
    const { request, left } = upload(contentType, pieces);
    const file = readUploadedFile(request)[Symbol.asyncIterator]();
    await file.next();
    await new Promise(setImmediate);
    expect(left.length).toBeGreaterThan(0);
    await file.return(undefined);
  });
});
