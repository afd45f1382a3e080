import { describe, expect, it } from "vitest";
import { unchunk } from "./rest-xml.ts";
import { parseXml } from "./xml.ts";

describe("parseXml reads", () => {
  const leaf = (name: string, text: string) => ({ name, text, children: [] });
  it.each([
    ["<a/>", leaf("a", "")],
    ["<a>b</a>", leaf("a", "b")],
    ['<?xml version="1.0"?>\n<!-- why --><x:a xmlns:x="urn:1" y=">">b</x:a>', leaf("a", "b")],
    ["<a>&lt;&#65;&#x42;&amp;</a>", leaf("a", "<AB&")],
    ["<a>1<![CDATA[<&>]]>2</a>", leaf("a", "1<&>2")],
    ["<a><b>1</b><b/></a>", { name: "a", text: "", children: [leaf("b", "1"), leaf("b", "")] }],
  ])("%s", (document, element) => expect(parseXml(document)).toEqual(element));

  it.each([
    ["", /exactly one outermost/],
    ["text", /exactly one outermost/],
    ["<a></a><b/>", /exactly one outermost/],
    ["<a>", /ends before <\/a>/],
    ["<a></b>", /closes <b>, which is not open/],
    ["</a>", /closes <a>/],
    ["<a>&nope;</a>", /&nope;, which is not an entity/],
    ["<a>&amp</a>", /not an entity/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /not well-formed at character 1/],
    ["<a <b/>", /not well-formed|ends before/],
  ])("not %s", (document, message) => expect(() => parseXml(document)).toThrow(message));
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
