import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { unchunk } from "./rest-xml.ts";
import { parseXml } from "./xml.ts";

const documents = parse(readFileSync(new URL("documents.yaml", import.meta.url), "utf8"));

describe("parseXml reads", () => {
  it.each<[string, object]>(documents.read)("%s", (document, element) => {
    expect(parseXml(document)).toEqual(element);
  });

  it.each<[string, string]>(documents.refused)("not %s", (document, words) => {
    expect(() => parseXml(document)).toThrow(new RegExp(words));
  });
});

describe("unchunk", () => {
  const message = (body: string, headers: Record<string, string>) => ({
    method: "PUT",
    url: "/b/k",
    headers: { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", ...headers },
    body: Buffer.from(body),
  });

  it("does not change a plain body", () => {
    const plain = { ...message("5\r\nhello", {}), headers: {} };
    expect(unchunk(plain)).toBe(plain);
  });

  it.each([
    ["unsigned", "5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"],
    ["signed", "6;chunk-signature=ab\r\nhello!\r\n0;chunk-signature=cd\r\nx-amz-checksum-crc32:AAAAAA==\r\n"],
  ])("decodes %s chunks", (_, body) => {
    const { body: bytes, headers } = unchunk(message(body, { "content-encoding": "aws-chunked,gzip" }));
    expect(bytes.toString()).toBe("hello!");
    expect(headers).toMatchObject({ "content-encoding": "gzip", "x-amz-checksum-crc32": "AAAAAA==" });
  });

  it.each([
    ["cut off in a chunk", "5\r\nhel", {}],
    ["cut off before the last chunk", "5\r\nhello\r\n", {}],
    ["no chunk at all", "hello", {}],
    ["of another length", "5\r\nhello\r\n0\r\n\r\n", { "x-amz-decoded-content-length": "6" }],
  ])("refuses a body that is %s", (_, body, headers) => {
    expect(() => unchunk(message(body, headers))).toThrow(SyntaxError);
  });
});
