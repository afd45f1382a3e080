import { describe, expect, it } from "vitest";
import { type PageRequest, pageQuery, parsePageQuery } from "./supplier-page.ts";

const position = { value: "Zürich", name: 'O\'Brien & "Sons" ☕', id: 7 };

describe("the address of a page of the list", () => {
  it.each<PageRequest>([
    {},
    { after: position },
    { after: { ...position, row: 20 }, sort: { by: "city", descending: true } },
    { sort: { by: "state", descending: false } },
    { before: position },
    { search: { by: "city", text: "Saint-É 100%_" } },
    { search: { by: "state", text: "a&b=c" }, after: position },
  ])("leads to the same page again: %j", (request) => {
    const query = Object.fromEntries(new URLSearchParams(pageQuery(request)));
    expect(parsePageQuery(query)).toEqual(request);
  });

  it.each([
    ["a search for nothing", { search: " ", by: "city" }, {}],
    ["a search without a field", { search: "Bean" }, { search: { by: "name", text: "Bean" } }],
    ["unknown parameters", { utm_source: "mail" }, {}],
  ])("accepts %s", (_, query, request) => {
    expect(parsePageQuery(query as unknown as Record<string, string>)).toEqual(request);
  });

  it.each([
    ["a field that cannot be searched", { search: "a", by: "phone" }],
    ["an order without an index", { sort: "email" }],
    ["two positions", { after: "WyJhIiwiYSIsMV0", before: "WyJhIiwiYSIsMV0" }],
    ["a position that is not JSON", { after: "x" }],
    ["a position of another shape", { after: Buffer.from("[1,2]").toString("base64url") }],
    ["SQL for an id", { after: Buffer.from('["a","a","1 OR 1=1"]').toString("base64url") }],
    ["a row that no next page can follow", { after: btoa('["a","a",1,9007199254740991]').replace(/=/g, "") }],
    ["a search longer than any value", { search: "x".repeat(256) }],
  ])("is refused with %s", (_, query) => {
    expect(parsePageQuery(query as unknown as Record<string, string>)).toBeUndefined();
  });
});
